using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>
/// The tokens of a node, in the file <c>tokens.json</c> of its data folder: with a hash of the secret, never the
/// secret. Several processes may use it at once; a change is seen within a second.
/// </summary>
/// <remarks>A token is <c>granary_ID_SECRET</c>; the secret is 256 random bits in base64url.</remarks>
public sealed class ApiTokens
{
    public const string FileName = "tokens.json";

    private const string Prefix = "granary_";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;
    private const int NameCharsMax = 64;
    private const int TokensMax = 1_000;
    private const int FileBytesMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private Dictionary<string, StoredToken> _tokens = [];
    private (DateTime Written, long Length) _version;
    private long _lookedAt;

    private ApiTokens(string path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
    }

    /// <summary>Reads the tokens of a data folder; it need not have any.</summary>
    /// <exception cref="KernelHostException">The file is damaged, or may not be read.</exception>
    public static ApiTokens Open(string folder, TimeProvider? clock = null)
    {
        ApiTokens tokens = new(Path.Combine(folder, FileName), clock ?? TimeProvider.System);
        tokens.Reload();
        return tokens;
    }

    /// <summary>True when there is any token, and so each request needs one.</summary>
    /// <exception cref="KernelHostException">The file was changed and cannot be read now.</exception>
    public bool Any
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return _tokens.Count > 0;
            }
        }
    }

    public IReadOnlyList<ApiToken> List()
    {
        lock (_gate)
        {
            Reload();
            return [.. _tokens.Values.OrderBy(t => t.CreatedAt).ThenBy(t => t.Id, StringComparer.Ordinal).Select(Show)];
        }
    }

    /// <summary>Makes a token and returns its text, which cannot be had again.</summary>
    /// <exception cref="KernelHostException">The name is none, or the file cannot be written.</exception>
    public string Create(string name, ApiRole role)
    {
        if (name.Length is 0 or > NameCharsMax || name.Any(char.IsControl))
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "This is no name of a token.", $"Use 1 to {NameCharsMax} characters.");
        }
        if (!Enum.IsDefined(role) || role == ApiRole.None)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "A token needs a role.", "Use viewer, operator, deployer or admin.");
        }
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        byte[] secret = RandomNumberGenerator.GetBytes(SecretBytes);
        string text = $"{Prefix}{id}_{System.Buffers.Text.Base64Url.EncodeToString(secret)}";
        StoredToken token = new(id, name, role, HashOf(text), _clock.GetUtcNow().ToUnixTimeMilliseconds());
        Change(tokens => tokens.Add(id, token));
        return text;
    }

    /// <summary>Ends a token. False when there is none of this id.</summary>
    public bool Revoke(string id)
    {
        bool found = false;
        Change(tokens => found = tokens.Remove(id));
        return found;
    }

    /// <summary>The token that a client shows; null when there is none such.</summary>
    internal ApiToken? Find(string text)
    {
        // The hash is of the whole text, so that an unknown id takes as long as a wrong secret.
        string hash = HashOf(text);
        int end = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.IndexOf('_', Prefix.Length) : -1;
        StoredToken? token = null;
        if (end > 0)
        {
            lock (_gate)
            {
                Refresh();
                _tokens.TryGetValue(text[Prefix.Length..end], out token);
            }
        }
        bool same = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(token?.Hash ?? HashOf("")));
        return same && token is not null ? Show(token) : null;
    }

    private static ApiToken Show(StoredToken token) => new(token.Id, token.Name, token.Role, token.CreatedAt);

    private static string HashOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void Change(Action<Dictionary<string, StoredToken>> change)
    {
        lock (_gate)
        {
            try
            {
                using FileStream writing = LockAgainstOthers();
                Reload();
                Dictionary<string, StoredToken> changed = new(_tokens);
                change(changed);
                if (changed.Count > TokensMax)
                {
                    throw new KernelHostException(
                        KernelHostError.BadRequest, $"There are {TokensMax} tokens already.", "Revoke some.");
                }
                Write(changed);
                Reload();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new KernelHostException(
                    KernelHostError.Store, $"'{_path}' cannot be written: {error.Message}", "Nothing was changed.",
                    error);
            }
        }
    }

    private FileStream LockAgainstOthers()
    {
        const int TriesMax = 100;
        for (int tries = 1; ; tries++)
        {
            try
            {
                return new FileStream($"{_path}.lock", OwnerOnly(FileMode.OpenOrCreate));
            }
            catch (IOException) when (tries < TriesMax)
            {
                Thread.Sleep(20);
            }
        }
    }

    private void Write(Dictionary<string, StoredToken> tokens)
    {
        string fresh = $"{_path}.new";
        File.Delete(fresh);
        using (FileStream file = new(fresh, OwnerOnly(FileMode.CreateNew)))
        {
            TokenDocument document = new(1, [.. tokens.Values.OrderBy(t => t.Id, StringComparer.Ordinal)]);
            JsonSerializer.Serialize(file, document, TokenJson.Default.TokenDocument);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, _path, overwrite: true);
    }

    private static FileStreamOptions OwnerOnly(FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return options;
    }

    /// <summary>
    /// Reads the file again when another process has changed it; looks at most once a second. Under the gate.
    /// </summary>
    private void Refresh()
    {
        if (_lookedAt != 0 && _clock.GetElapsedTime(_lookedAt) < TimeSpan.FromSeconds(1))
        {
            return;
        }
        if (VersionOnDisk() != _version)
        {
            Reload();
        }
        _lookedAt = _clock.GetTimestamp();
    }

    private (DateTime Written, long Length) VersionOnDisk()
    {
        FileInfo file = new(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    /// <summary>Fails closed: while the file cannot be read, nobody gets in.</summary>
    private void Reload()
    {
        (DateTime Written, long Length) version = VersionOnDisk();
        try
        {
            _tokens = version.Length == 0 && !File.Exists(_path) ? [] : Read();
            _version = version;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException
            or ArgumentException)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The tokens in '{_path}' cannot be read: {error.Message}",
                "Repair the file, or delete it and make new tokens.", error);
        }
    }

    private Dictionary<string, StoredToken> Read()
    {
        using FileStream file = File.OpenRead(_path);
        if (file.Length > FileBytesMax)
        {
            throw new JsonException($"it has over {FileBytesMax} bytes");
        }
        TokenDocument document = JsonSerializer.Deserialize(file, TokenJson.Default.TokenDocument)
            ?? throw new JsonException("it is empty");
        if (document.Version != 1 || document.Tokens is null)
        {
            throw new JsonException("it is of another version");
        }
        return document.Tokens.ToDictionary(t => t.Id, StringComparer.Ordinal);
    }
}
