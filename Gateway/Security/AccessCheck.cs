using System.Globalization;
using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>
/// Who may ask. With tokens, each request needs one of a sufficient role. Without, the node listens on loopback only,
/// and a web page in a browser on this machine is the danger: Host and Origin give it away.
/// </summary>
internal sealed class AccessCheck(GatewayCore core, bool tokensAlways)
{
    private const string Scheme = "Bearer ";
    private const int TokenCharsMax = 256;
    private static readonly object s_clientKey = new();

    /// <summary>Who asks: a token's id, or an address.</summary>
    public static string ClientOf(HttpContext context) => (string)context.Items[s_clientKey]!;

    public Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        bool tokens = TokensNeeded();
        if (!tokens)
        {
            CheckHost(context);
            CheckOrigin(context);
        }
        ApiRole needed = context.GetEndpoint()?.Metadata.GetMetadata<Operation>()?.Role ?? ApiRole.None;
        context.Items[s_clientKey] = tokens && needed > ApiRole.None
            ? FindToken(context, needed).Id
            : context.Connection.RemoteIpAddress?.ToString() ?? "";
        return next();
    }

    private bool TokensNeeded()
    {
        try
        {
            return core.Options.Tokens?.Any == true || tokensAlways;
        }
        catch (KernelHostException error)
        {
            core.Log.TokensUnreadable(error.Message);
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable, ToApi.Word(KernelHostError.Store),
                "The tokens of this node cannot be read.", "Its log says more.");
        }
    }

    private ApiToken FindToken(HttpContext context, ApiRole needed)
    {
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Unauthorized("This needs a token.", "Bearer realm=\"granary\"");
        }
        string text = header[Scheme.Length..].Trim();
        ApiToken token = (text.Length <= TokenCharsMax ? core.Options.Tokens?.Find(text) : null)
            ?? throw Unauthorized("There is no such token.", "Bearer realm=\"granary\", error=\"invalid_token\"");
        return token.Role >= needed
            ? token
            : throw new ProblemException(
                StatusCodes.Status403Forbidden, "forbidden",
                $"This needs the role '{ToApi.Word(needed)}'; the token '{token.Id}' has '{ToApi.Word(token.Role)}'.",
                "Use a token of that role.");
    }

    private static ProblemException Unauthorized(string what, string challenge) => new(
        StatusCodes.Status401Unauthorized, "unauthorized", what,
        "Send 'Authorization: Bearer' and a token of this node.") { Challenge = challenge };

    private static void CheckHost(HttpContext context)
    {
        HostString host = context.Request.Host;
        int port = host.Port ?? (context.Request.IsHttps ? 443 : 80);
        bool own = host.Host is "localhost" or "127.0.0.1" or "[::1]";
        if (!own || port != context.Connection.LocalPort)
        {
            string wanted = context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "foreignHost", "The header Host names another server.",
                $"Without tokens this node answers to localhost:{wanted}, 127.0.0.1:{wanted} and [::1]:{wanted} only.");
        }
    }

    private static void CheckOrigin(HttpContext context)
    {
        if (context.Request.Headers.Origin.Count == 0)
        {
            return;
        }
        string own = $"{context.Request.Scheme}://{context.Request.Host.Value}";
        if (!string.Equals(context.Request.Headers.Origin, own, StringComparison.Ordinal))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "foreignOrigin", "The header Origin names another site.",
                "Without tokens this node answers to its own pages and to programs only.");
        }
    }
}
