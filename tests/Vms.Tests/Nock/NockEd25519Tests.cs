using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NockEd25519Tests
{
    public static TheoryData<string> Cases => NockVectors.Names("sign");

    [Theory, MemberData(nameof(Cases))]
    public void A_message_is_signed_or_a_signature_refused(string name)
    {
        JsonElement vector = NockVectors.Case("sign", name);
        byte[] key = Bytes(vector, "publicKey");
        byte[] message = Bytes(vector, "message");
        byte[] signature = Bytes(vector, "signature");
        if (vector.Text("kind") != "sign")
        {
            Assert.False(NockEd25519.Verify(key, message, signature));
            return;
        }
        byte[] secret = Bytes(vector, "secretKey");
        Assert.Equal(Convert.ToHexString(key), Convert.ToHexString(NockEd25519.PublicKey(secret.AsSpan(0, 32))));
        Assert.Equal(
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(vector.Text("seedText")))),
            Convert.ToHexString(secret.AsSpan(0, 32)));
        byte[] signed = NockEd25519.Sign(secret, message);
        Assert.Equal(Convert.ToHexString(signature), Convert.ToHexString(signed));
        Assert.Equal(vector.Text("signedMessage"), Convert.ToHexStringLower([.. signed, .. message]));
        Assert.True(NockEd25519.Verify(key, message, signature));
    }

    private static byte[] Bytes(JsonElement vector, string field) => Convert.FromHexString(vector.Text(field));
}
