namespace Granary.Gateway;

/// <summary>What a token may do; each role may do what those before it may. Stored by name.</summary>
public enum ApiRole
{
    /// <summary>Everyone, without a token: health and the description of the API.</summary>
    None = 0,

    /// <summary>Looks.</summary>
    Viewer = 1,

    /// <summary>Sends messages; pauses, resumes, cancels, rolls back, snapshots.</summary>
    Operator = 2,

    /// <summary>Makes kernels and gives them ports.</summary>
    Deployer = 3,

    /// <summary>Deletes kernels.</summary>
    Admin = 4,
}
