namespace Granary.Vms.Mova.Tests;

public sealed class MovaCompilerTests
{
    [Theory]
    [InlineData("var i = 0; loop: i++; print(i); sleep(100);", "put 0 add 1 print sleep 100")]
    [InlineData("var i=0;loop:i++;print(i);sleep(1000);goto loop;", "put 0 add 1 print sleep 1000 goto 3")]
    [InlineData("var a = 5; print(a); var b = 7; l: b += 16777215; goto l;", "put 5 print put 7 add 16777215 goto 1")]
    [InlineData("/* a\n b */ here: // nothing\n goto here;", "goto 0")]
    [InlineData("var i = 1; stop; print(i);", "put 1 goto 2 print")]
    [InlineData("one: two: sleep(0); goto one;", "sleep 0 goto 1")]
    [InlineData("var _A9 = 007;", "put 7")]
    public void Text_becomes_code(string source, string assembler) =>
        Assert.Equal(new MovaAssembler().Compile(assembler, VmLimits.Default), Compile(source));

    [Fact]
    public void Stop_ends_the_program()
    {
        MovaTestRun run = new(Compile("var i = 1; print(i); stop; print(i);"));

        Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal("1\n", run.Host.Printed);
    }

    [Theory]
    [InlineData("", 1, 1, "The program is empty; write at least one statement, such as 'var i = 0;'.")]
    [InlineData("\n loop:", 1, 1, "The program is empty; write at least one statement, such as 'var i = 0;'.")]
    [InlineData("var i = 0;\n@", 2, 1, "'@' has no meaning in this language.")]
    [InlineData("var i = 0\nloop:", 2, 1, "';' is expected at the end of the statement, not 'loop'.")]
    [InlineData("var i = 0", 1, 10, "';' is expected at the end of the statement, not the end of the text.")]
    [InlineData("var i;", 1, 6, "'=' is expected after the variable's name, not ';'.")]
    [InlineData("var 7 = 1;", 1, 5, "The name of a variable is expected here, not '7'.")]
    [InlineData("var sleep = 1;", 1, 5, "'sleep' is a word of the language and cannot be the name of a variable.")]
    [InlineData("print i;", 1, 7, "'(' is expected after 'print', not 'i'.")]
    [InlineData("var i = 0; print(i;", 1, 19, "')' is expected after the variable, not ';'.")]
    [InlineData("; var i = 0;", 1, 1,
        "A statement cannot begin with ';'; there is var, a label, ++, +=, print, sleep, goto, stop.")]
    [InlineData("var i = 0;\nwhile (i) { }", 2, 1,
        "'while' begins no statement; there is var, a label, ++, +=, print, sleep, goto, stop.")]
    [InlineData("pritn(i);", 1, 1, "'pritn' begins no statement; there is var, a label, ++, +=, print, sleep, goto, " +
        "stop. Did you mean 'print'?")]
    [InlineData("var i = 1; /* open", 1, 12, "This comment is never closed; it needs '*/'.")]
    public void Wrong_syntax_is_refused(string source, int line, int column, string what) =>
        Refused(source, line, column, what);

    [Theory]
    [InlineData("var i = 0;\ni += -1;", 2, 6,
        "A negative number cannot be expressed: the machine's constants are 0 to 16777215.")]
    [InlineData("var i = 0;\ni--;", 2, 2,
        "'--' cannot be expressed: the machine has ADD of 0 to 16777215 and no subtraction.")]
    [InlineData("var i = 0;\ni -= 2;", 2, 3,
        "'-=' cannot be expressed: the machine has ADD of 0 to 16777215 and no subtraction.")]
    [InlineData("var i = 0;\ni = 2;", 2, 3,
        "A variable cannot be set again: the machine can only push a number and add to the top.")]
    [InlineData("var i = 16777216;", 1, 9,
        "'16777216' is too large: the machine's constants are 0 to 16777215 (24 bits).")]
    [InlineData("var i = 12x;", 1, 9, "'12x' is no decimal number.")]
    [InlineData("var i = 1; var j = i;", 1, 20, "A number is expected here, not 'i'.")]
    [InlineData("var i = 1; sleep(i);", 1, 18, "'sleep' takes a number: its milliseconds are part of the instruction.")]
    [InlineData("print(5);", 1, 7, "'print' takes a variable: a bare number would stay on the stack for ever.")]
    public void What_the_machine_cannot_do_is_refused(string source, int line, int column, string what) =>
        Refused(source, line, column, what);

    [Theory]
    [InlineData("print(i);", 1, 7, "There is no variable 'i' here.")]
    [InlineData("var count = 0;\ntotal++;", 2, 1, "There is no variable 'total' here.")]
    [InlineData("var count = 0;\ncuont++;", 2, 1, "There is no variable 'cuont' here. Did you mean 'count'?")]
    [InlineData("loop: print(loop);", 1, 13, "'loop' is a label, not a variable.")]
    [InlineData("var i = 0; var i = 1;", 1, 16, "There is already a variable 'i'.")]
    [InlineData("l: sleep(1); l: sleep(2);", 1, 14, "There is already a label 'l'.")]
    [InlineData("l: var l = 1;", 1, 8, "'l' is a label; give the variable another name.")]
    [InlineData("var a = 0; var b = 0; a++;", 1, 23,
        "'a' is buried under 'b': the machine reaches only the top of its stack.")]
    [InlineData("loop: sleep(1); goto lop;", 1, 22, "There is no label 'lop'. Did you mean 'loop'?")]
    [InlineData("var i = 1; goto i;", 1, 17, "'i' is a variable, not a label.")]
    [InlineData("goto end;\nsleep(1);\nend:", 1, 6,
        "Label 'end' is further down: GOTO can only go back; 'stop;' ends the program.")]
    [InlineData("loop: var i = 0; goto loop;", 1, 23,
        "'i' was declared after label 'loop': each pass would push another slot. Declare variables before the loop.")]
    public void Wrong_names_are_refused(string source, int line, int column, string what) =>
        Refused(source, line, column, what);

    [Fact]
    public void Limits_are_kept()
    {
        VmLimits limits = VmLimits.Default with { NameBytesMax = 4, CodeBytesMax = 12, StackSlotsMax = 2 };

        Refused("var abcde = 0;", 1, 5, "A name has at most 4 characters; this one has 5.", limits);
        Refused("abcde: sleep(1);", 1, 1, "A name has at most 4 characters; this one has 5.", limits);
        Refused("l: sleep(1);\nsleep(2); sleep(3);\ngoto l;", 3, 6,
            "The code grows over its limit of 12 bytes here.", limits);
        Refused("var a = 0; var b = 0; var c = 0;", 1, 27, "This variable is over the limit of 2 stack slots.", limits);
    }

    [Fact]
    public void A_long_word_is_cut_in_the_message()
    {
        SourceException e = Assert.Throws<SourceException>(() => Compile(new string('x', 100_000)));

        Assert.InRange(e.What.Length, 1, 200);
    }

    private static void Refused(string source, int line, int column, string what, VmLimits? limits = null)
    {
        SourceException e = Assert.Throws<SourceException>(
            () => new MovaCompiler().Compile(source, limits ?? VmLimits.Default));

        Assert.Equal((line, column, what), (e.Line, e.Column, e.What));
    }

    private static byte[] Compile(string source) => new MovaCompiler().Compile(source, VmLimits.Default);
}
