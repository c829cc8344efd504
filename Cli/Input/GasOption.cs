using System.CommandLine;
using System.Globalization;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>A budget: a number, or <c>none</c> for no limit.</summary>
internal sealed class GasOption : Option<long>
{
    private const string Unlimited = "none";

    public GasOption(long gasDefault)
        : base("--gas")
    {
        HelpName = "N";
        string byDefault = gasDefault == GasMeter.Unlimited
            ? Unlimited
            : gasDefault.ToString(CultureInfo.InvariantCulture);
        Description =
            $"The gas that handling the message may cost, or '{Unlimited}' for no limit. Default: {byDefault}.";
        DefaultValueFactory = _ => gasDefault;
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (text == Unlimited)
            {
                return GasMeter.Unlimited;
            }
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long gas))
            {
                result.AddError($"'{text}' is no gas: use a whole number, or '{Unlimited}'.");
            }
            return gas;
        };
    }
}
