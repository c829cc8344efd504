namespace Granary.Cli;

/// <summary>Colours by their ANSI codes.</summary>
internal enum ScreenColour
{
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Magenta = 35,
    Cyan = 36,
}
