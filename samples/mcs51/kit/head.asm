; The fixed head of a dacrs contract: reset vector, version, gates, balance switch. Code begins at 0020.
	.module head
	.area HEAD (ABS,CODE)
	.org 0x0000
	ljmp 0x0020
	.db 0x00
	.db 0x00,0x02,0x02	; 0004: version
	.db 0x00
	.db 0x22,0x22		; 0008: the exit gate
	.org 0x0012
	.db 0x22,0x22		; 0012: the host gate
	.db 0x00		; 0014: the balance switch is off
