using System.Numerics;
using System.Security.Cryptography;

namespace Orleans.Replication.Libp2p.Identity;

/// <summary>Finds the second coordinate of a compressed secp256k1 point, for the platform imports only whole points (SEC 1, 2.3.4).</summary>
internal static class Secp256k1Point
{
    private static readonly BigInteger Prime = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 32) - 977;

    internal static bool TryDecompress(ReadOnlySpan<byte> compressed, out ECPoint point)
    {
        point = default;
        if (compressed.Length != 33 || compressed[0] is not (2 or 3))
            return false;

        var x = new BigInteger(compressed[1..], isUnsigned: true, isBigEndian: true);
        if (x >= Prime)
            return false;

        // y² = x³ + 7. The prime is 3 modulo 4, so a root, where there is one, is the power (p + 1) / 4.
        var square = (BigInteger.ModPow(x, 3, Prime) + 7) % Prime;
        var y = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        if (BigInteger.ModPow(y, 2, Prime) != square)
            return false;

        if (y.IsEven != (compressed[0] == 2))
            y = Prime - y;
        point = new ECPoint { X = compressed[1..].ToArray(), Y = ToBytes(y) };
        return true;
    }

    private static byte[] ToBytes(BigInteger value)
    {
        var bytes = new byte[32];
        var length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(bytes.AsSpan(32 - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
