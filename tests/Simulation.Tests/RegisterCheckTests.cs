namespace Granary.Simulation.Tests;

public sealed class RegisterCheckTests
{
    [Fact]
    public void What_follows_one_order_is_linearizable() => Assert.True(Check(
        Write(5, 0, 10), Read(0, 1, 4), Read(5, 3, 8), Write(6, 11, 12), Read(6, 13, 14)));

    [Fact]
    public void An_old_value_after_a_new_one_is_not() => Assert.False(Check(
        Write(5, 0, 10), Read(5, 1, 4), Read(0, 5, 8)));

    [Fact]
    public void A_value_that_nobody_wrote_is_not() => Assert.False(Check(Write(5, 0, 1), Read(7, 2, 3)));

    [Fact]
    public void A_write_that_was_answered_must_be_seen() => Assert.False(Check(Write(5, 0, 1), Read(0, 2, 3)));

    [Fact]
    public void A_write_of_which_nobody_heard_may_happen_late_or_never()
    {
        RegisterOperation lost = Write(5, 0, long.MaxValue) with { Result = null };
        Assert.True(Check(lost, Read(0, 10, 11), Read(5, 12, 13)));
        Assert.True(Check(lost, Read(0, 10, 11), Read(0, 12, 13)));
        Assert.False(Check(lost, Read(5, 10, 11), Read(0, 12, 13)));
    }

    [Fact]
    public void Two_that_both_set_the_same_expectation_are_not() => Assert.False(Check(
        Cas(0, 1, won: true, 0, 10), Cas(0, 2, won: true, 0, 10)));

    [Fact]
    public void One_of_two_wins() => Assert.True(Check(
        Cas(0, 1, won: true, 0, 10), Cas(0, 2, won: false, 0, 10), Read(1, 11, 12)));

    private static bool Check(params RegisterOperation[] history) => RegisterCheck.IsLinearizable(history, initial: 0);

    private static RegisterOperation Read(long value, long began, long ended) =>
        new(RegisterVerb.Read, 0, 0, value, began, ended);

    private static RegisterOperation Write(long value, long began, long ended) =>
        new(RegisterVerb.Write, value, 0, value, began, ended);

    private static RegisterOperation Cas(long expected, long value, bool won, long began, long ended) =>
        new(RegisterVerb.CompareAndSet, value, expected, won ? 1 : 0, began, ended);
}
