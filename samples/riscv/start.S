# Where a program begins: stack, global and thread pointers, then main; its result is the exit code.
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    la tp, __tls_start
    call __libc_init_array
    li a0, 0
    li a1, 0
    call main
    call exit

# Called by the library's exit when buffers are written.
    .globl _exit
_exit:
    li a7, 93
    ecall
1:
    j 1b

# Nothing runs before main beside the constructors of the library and the program.
    .globl _init
_init:
    ret
    .globl _fini
_fini:
    ret
