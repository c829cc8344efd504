// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import "./Token.sol";

/// An automated market maker for two tokens: the product of what it holds of both never falls.
contract Pool {
    Token public immutable first;
    Token public immutable second;
    uint256 public reserveFirst;
    uint256 public reserveSecond;
    uint256 public totalShares;
    mapping(address => uint256) public shares;

    event Swap(address indexed by, bool firstIn, uint256 amountIn, uint256 amountOut);

    error TooLittle(uint256 amountOut, uint256 wanted);

    constructor(Token first_, Token second_) {
        first = first_;
        second = second_;
    }

    function add(uint256 amountFirst, uint256 amountSecond) external returns (uint256 minted) {
        first.transferFrom(msg.sender, address(this), amountFirst);
        second.transferFrom(msg.sender, address(this), amountSecond);
        if (totalShares == 0) {
            minted = _root(amountFirst * amountSecond);
        } else {
            uint256 a = amountFirst * totalShares / reserveFirst;
            uint256 b = amountSecond * totalShares / reserveSecond;
            minted = a < b ? a : b;
        }
        shares[msg.sender] += minted;
        totalShares += minted;
        _update();
    }

    /// Three thousandths of what comes in stay with the pool.
    function swap(bool firstIn, uint256 amountIn, uint256 amountOutMin) external returns (uint256 amountOut) {
        (Token tokenIn, Token tokenOut) = firstIn ? (first, second) : (second, first);
        (uint256 reserveIn, uint256 reserveOut) =
            firstIn ? (reserveFirst, reserveSecond) : (reserveSecond, reserveFirst);
        uint256 counted = amountIn * 997;
        amountOut = counted * reserveOut / (reserveIn * 1000 + counted);
        if (amountOut < amountOutMin) revert TooLittle(amountOut, amountOutMin);
        tokenIn.transferFrom(msg.sender, address(this), amountIn);
        tokenOut.transfer(msg.sender, amountOut);
        _update();
        emit Swap(msg.sender, firstIn, amountIn, amountOut);
    }

    function _update() private {
        reserveFirst = first.balanceOf(address(this));
        reserveSecond = second.balanceOf(address(this));
    }

    function _root(uint256 y) private pure returns (uint256 z) {
        z = y;
        uint256 x = y / 2 + 1;
        while (x < z) {
            z = x;
            x = (y / x + x) / 2;
        }
    }
}
