using System.Security.Cryptography;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>The chaining key, the transcript hash and the handshake's cipher (Noise §5.2), with SHA-256.</summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    private const int HashBytes = 32;

    private readonly byte[] _chainingKey;
    private readonly byte[] _hash;
    private NoiseCipherState? _cipher;

    /// <param name="protocolName">At most 32 bytes, as all names used here: a longer one would have to be hashed.</param>
    internal NoiseSymmetricState(ReadOnlySpan<byte> protocolName)
    {
        _hash = new byte[HashBytes];
        protocolName.CopyTo(_hash);
        _chainingKey = [.. _hash];
    }

    /// <summary>The hash of everything both sides have seen.</summary>
    internal ReadOnlySpan<byte> HandshakeHash => _hash;

    internal void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        hash.GetHashAndReset(_hash);
    }

    internal void MixKey(ReadOnlySpan<byte> input)
    {
        Span<byte> key = stackalloc byte[HashBytes];
        DeriveKeys(input, _chainingKey, key);
        _cipher?.Dispose();
        _cipher = new NoiseCipherState(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Encrypts under the transcript hash and adds the result to it; before the first key it passes the plaintext on.</summary>
    internal byte[] EncryptAndHash(ReadOnlySpan<byte> plaintext)
    {
        byte[] message;
        if (_cipher is null)
        {
            message = plaintext.ToArray();
        }
        else
        {
            message = new byte[plaintext.Length + NoiseCipherState.TagBytes];
            _cipher.Encrypt(_hash, plaintext, message);
        }

        MixHash(message);
        return message;
    }

    /// <summary>The reverse of <see cref="EncryptAndHash"/>.</summary>
    internal byte[] DecryptAndHash(ReadOnlySpan<byte> message)
    {
        byte[] plaintext;
        if (_cipher is null)
        {
            plaintext = message.ToArray();
        }
        else
        {
            plaintext = new byte[Math.Max(0, message.Length - NoiseCipherState.TagBytes)];
            _cipher.Decrypt(_hash, message, plaintext);
        }

        MixHash(message);
        return plaintext;
    }

    /// <summary>The keys of the two directions: the first is for what the initiator sends.</summary>
    internal (NoiseCipherState FromInitiator, NoiseCipherState FromResponder) Split()
    {
        Span<byte> first = stackalloc byte[HashBytes];
        Span<byte> second = stackalloc byte[HashBytes];
        DeriveKeys([], first, second);
        var result = (new NoiseCipherState(first), new NoiseCipherState(second));
        CryptographicOperations.ZeroMemory(first);
        CryptographicOperations.ZeroMemory(second);
        return result;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
    }

    /// <summary>HKDF as Noise §4.3 defines it, with two outputs. <paramref name="first"/> may be the chaining key itself.</summary>
    private void DeriveKeys(ReadOnlySpan<byte> input, Span<byte> first, Span<byte> second)
    {
        Span<byte> temporary = stackalloc byte[HashBytes];
        HMACSHA256.HashData(_chainingKey, input, temporary);
        Span<byte> block = stackalloc byte[HashBytes + 1];
        HMACSHA256.HashData(temporary, [0x01], first);
        first.CopyTo(block);
        block[HashBytes] = 0x02;
        HMACSHA256.HashData(temporary, block, second);
        CryptographicOperations.ZeroMemory(temporary);
        CryptographicOperations.ZeroMemory(block);
    }
}
