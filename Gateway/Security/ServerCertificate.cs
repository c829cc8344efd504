using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Reads the certificate of a node.</summary>
internal static class ServerCertificate
{
    /// <exception cref="KernelHostException">It cannot be read, or lacks its private key.</exception>
    public static X509Certificate2 Load(GatewayOptions options)
    {
        string path = options.CertificatePath!;
        try
        {
            X509Certificate2 certificate = Path.GetExtension(path) is ".pfx" or ".p12"
                ? X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword)
                : options.CertificatePassword is { } password
                    ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.CertificateKeyPath)
                    : X509Certificate2.CreateFromPemFile(path, options.CertificateKeyPath);
            return certificate.HasPrivateKey
                ? certificate
                : throw Bad(path, "it has no private key", null);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Bad(path, error.Message, error);
        }
    }

    private static KernelHostException Bad(string path, string reason, Exception? inner) => new(
        KernelHostError.BadRequest, $"The certificate '{path}' cannot be used: {reason.TrimEnd('.')}.",
        "Name a PFX file with its password, or a PEM file with its key.", inner);
}
