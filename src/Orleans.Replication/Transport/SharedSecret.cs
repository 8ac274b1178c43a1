using System.Security.Cryptography;
using System.Text;

namespace Orleans.Replication.Transport;

/// <summary>A token that others have to say. Only its hash is kept.</summary>
internal sealed class SharedSecret
{
    private readonly byte[] _hash;

    private SharedSecret(string token) => _hash = Hash(token);

    /// <returns>Null when there is no token.</returns>
    public static SharedSecret? Of(string? token) => token is null ? null : new SharedSecret(token);

    /// <summary>Compares in a time that tells nothing about the token.</summary>
    public bool Is(string said) => CryptographicOperations.FixedTimeEquals(Hash(said), _hash);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
