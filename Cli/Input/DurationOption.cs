using System.CommandLine;
using System.Globalization;

namespace Granary.Cli;

/// <summary>A time span: <c>500ms</c>, <c>10s</c>, <c>2m</c>, <c>1h</c>; a number alone is seconds.</summary>
internal sealed class DurationOption : Option<TimeSpan?>
{
    private static readonly (string Unit, decimal Milliseconds)[] s_units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    private static readonly TimeSpan s_max = TimeSpan.FromDays(30);

    public DurationOption(string name, string description)
        : base(name)
    {
        HelpName = "TIME";
        Description = description + " TIME is a number with ms, s, m or h.";
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (!TryParse(text, out TimeSpan duration))
            {
                result.AddError($"'{text}' is no time: use for example 500ms, 10s, 2m or 1h, at most 30 days.");
            }
            return duration;
        };
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        (string unit, decimal factor) = s_units.FirstOrDefault(
            u => text.EndsWith(u.Unit, StringComparison.Ordinal), ("", 1_000));
        if (!decimal.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out decimal number)
            || number > (decimal)s_max.TotalMilliseconds / factor)
        {
            return false;
        }
        duration = TimeSpan.FromMilliseconds((double)(number * factor));
        return true;
    }
}
