using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Gateway;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Makes, lists and revokes the API tokens of a data folder's node.</summary>
internal sealed class TokenCommand : CliCommand
{
    private const string Create = "create";
    private const string List = "list";
    private const string Revoke = "revoke";

    private static readonly string[] s_roles = ["viewer", "operator", "deployer", "admin"];

    private readonly Argument<string> _action = new("ACTION") { Description = "create, list or revoke." };

    private readonly Argument<string?> _what = new("NAME")
    {
        Description = "With create: whom or what the token is for. With revoke: the token's id.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _role = new("--role")
    {
        HelpName = "ROLE",
        Description = "With create: viewer (looks), operator (also sends messages, pauses, rolls back), deployer (also "
            + "makes kernels) or admin (also deletes them).",
    };

    public TokenCommand()
        : base("token", "Makes, lists and revokes API tokens for the node of the data folder.")
    {
        _action.AcceptOnlyFromAmong(Create, List, Revoke);
        _role.AcceptOnlyFromAmong(s_roles);
        Add(_action);
        Add(_what);
        Add(_role);
    }

    public override string Remarks =>
        "A token is shown once, when it is made; only its hash is stored. As soon as there is any, the node wants one "
        + "with each request, and an address that is not loopback needs one. A node that runs sees the change within a "
        + "second.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary token create ci --role deployer", "prints a token that may make kernels"),
        new("granary token list", "ids, names and roles; no secrets"),
        new("granary token revoke 5f1c09a3b2d4", "ends it"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        session.Choice.RequireFolder();
        string folder = session.Choice.Folder(session.Io);
        string? what = parsed.GetValue(_what);
        string? role = parsed.GetValue(_role);
        string action = parsed.GetRequiredValue(_action);
        if (action != Create && role is not null)
        {
            throw new UsageException("--role is for 'granary token create'.");
        }
        return Task.FromResult(action switch
        {
            Create => CreateToken(session, folder, what, role),
            Revoke => RevokeToken(session, folder, what),
            _ => ListTokens(session, folder, what),
        });
    }

    private static int CreateToken(CliSession session, string folder, string? name, string? role)
    {
        if (name is null || role is null)
        {
            throw new UsageException(
                "A token needs a name and a role.", "For example: granary token create ci --role deployer");
        }
        MakeFolder(folder);
        string token = ApiTokens.Open(folder).Create(name, Enum.Parse<ApiRole>(role, ignoreCase: true));
        JsonObject json = new() { ["token"] = token, ["name"] = name, ["role"] = role };
        session.Output.Result(json, screen => screen.Line(token));
        session.Output.Note("This is shown only now. Give it to clients as GRANARY_TOKEN.");
        return ExitCodes.Success;
    }

    private static int ListTokens(CliSession session, string folder, string? what)
    {
        if (what is not null)
        {
            throw new UsageException($"'{what}' is too much: 'granary token list' lists all.");
        }
        IReadOnlyList<ApiToken> tokens = Directory.Exists(folder) ? ApiTokens.Open(folder).List() : [];
        JsonObject json = new()
        {
            ["tokens"] = new JsonArray([.. tokens.Select(t => new JsonObject
            {
                ["id"] = t.Id, ["name"] = t.Name, ["role"] = JsonForms.Name(t.Role), ["createdAt"] = t.CreatedAt,
            })]),
        };
        session.Output.Result(json, screen =>
        {
            if (tokens.Count > 0)
            {
                screen.Table(["ID", "NAME", "ROLE", "MADE"], tokens.Select(Row));
            }
        });
        if (tokens.Count == 0)
        {
            session.Output.Note("There are no tokens: on loopback everybody on this machine may do everything.");
        }
        return ExitCodes.Success;
    }

    private static IReadOnlyList<string> Row(ApiToken token)
    {
        DateTimeOffset made = DateTimeOffset.FromUnixTimeMilliseconds(token.CreatedAt);
        return
        [
            token.Id, TextForms.WithoutControls(token.Name), JsonForms.Name(token.Role),
            made.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        ];
    }

    private static int RevokeToken(CliSession session, string folder, string? id)
    {
        if (id is null)
        {
            throw new UsageException("Which token?", "List them with: granary token list");
        }
        if (!Directory.Exists(folder) || !ApiTokens.Open(folder).Revoke(id))
        {
            throw new UsageException($"There is no token '{id}'.", "List them with: granary token list");
        }
        session.Output.Result(new JsonObject { ["revoked"] = id }, screen => screen.Line($"{id} is revoked."));
        return ExitCodes.Success;
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The data folder '{folder}' cannot be made: {e.Message}",
                "Name another with --data.", e);
        }
    }
}
