// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What the EVM benchmark runs. loops.hex is the code that solc 0.8.37 makes of it (optimizer, Cancun), as deployed.
contract Loops {
    mapping(uint256 => uint256) private cells;
    mapping(address => uint256) private balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    /// A picture of a sphere above a plane in fixed point: signed arithmetic, branches and internal calls.
    function trace(uint256 size) external pure returns (uint256 sum) {
        unchecked {
            int256 n = int256(size);
            for (int256 y = 0; y < n; y++) {
                for (int256 x = 0; x < n; x++) {
                    sum = sum * 31 + shade((2 * x - n) * 1e6 / n, (2 * y - n) * 1e6 / n);
                }
            }
        }
    }

    function hash(uint256 count) external pure returns (bytes32 value) {
        unchecked {
            for (uint256 i = 0; i < count; i++) {
                value = keccak256(abi.encode(value, i));
            }
        }
    }

    function store(uint256 count) external returns (uint256 sum) {
        unchecked {
            for (uint256 i = 0; i < count; i++) {
                cells[i & 63] += i;
                sum += cells[(i * 7) & 63];
            }
        }
    }

    /// Transfers as an ERC-20 token does them, with checks and an event.
    function transfers(uint256 count) external returns (uint256) {
        balanceOf[msg.sender] = count;
        for (uint256 i = 0; i < count; i++) {
            move(msg.sender, address(uint160(0x1000 + (i & 15))), 1);
        }
        return balanceOf[address(0x1000)];
    }

    function move(address from, address to, uint256 value) private {
        uint256 balance = balanceOf[from];
        require(balance >= value);
        balanceOf[from] = balance - value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function shade(int256 x, int256 y) private pure returns (uint256) {
        unchecked {
            (int256 dx, int256 dy, int256 dz) = unit(x, y, 1e6);
            int256 b = dz * 3;
            int256 disc = b * b / 1e6 - 8 * 1e6;
            if (disc > 0) {
                int256 t = b - root(disc * 1e6);
                (int256 nx, int256 ny, int256 nz) = unit(dx * t / 1e6, dy * t / 1e6, dz * t / 1e6 - 3e6);
                int256 light = (nx * 577350 - ny * 577350 - nz * 577350) / 1e6;
                return light > 0 ? uint256(light) : 0;
            }
            if (dy < 0) return uint256(200000);
            int256 s = 1e12 / (dy + 1);
            return ((dx * s / 1e12 + dz * s / 1e12) & 1) == 0 ? 900000 : 100000;
        }
    }

    function unit(int256 x, int256 y, int256 z) private pure returns (int256, int256, int256) {
        unchecked {
            int256 length = root(x * x + y * y + z * z) + 1;
            return (x * 1e6 / length, y * 1e6 / length, z * 1e6 / length);
        }
    }

    function root(int256 x) private pure returns (int256 z) {
        unchecked {
            z = x / 2 + 1;
            int256 last = x;
            while (z < last) {
                last = z;
                z = (x / z + z) / 2;
            }
            return last;
        }
    }
}
