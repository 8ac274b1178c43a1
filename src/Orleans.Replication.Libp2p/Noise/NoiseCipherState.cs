using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>
/// A key and the count of messages under it (Noise §5.1), with ChaCha20-Poly1305. One direction of a connection; not for concurrent use.
/// </summary>
internal sealed class NoiseCipherState : IDisposable
{
    internal const int TagBytes = 16;
    private const int NonceBytes = 12;

    private readonly ChaCha20Poly1305 _cipher;

    /// <summary>Invariant: no two messages under one key share a value; 2⁶⁴-1 is never used (Noise §5.1).</summary>
    private ulong _counter;

    internal NoiseCipherState(ReadOnlySpan<byte> key) => _cipher = new ChaCha20Poly1305(key);

    /// <summary>Encrypts into <paramref name="destination"/>, which takes the plaintext's length and the tag behind it.</summary>
    internal void Encrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        NextNonce(nonce);
        _cipher.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, TagBytes), associatedData);
    }

    /// <summary>Decrypts a message of ciphertext and tag into <paramref name="destination"/> of the ciphertext's length.</summary>
    /// <exception cref="HandshakeFailedException">The message is too short or was not made with this key, count and associated data.</exception>
    internal void Decrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (message.Length < TagBytes)
            throw new HandshakeFailedException("A Noise message is shorter than its authentication tag.");

        Span<byte> nonce = stackalloc byte[NonceBytes];
        NextNonce(nonce);
        try
        {
            _cipher.Decrypt(nonce, message[..^TagBytes], message[^TagBytes..], destination[..(message.Length - TagBytes)], associatedData);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new HandshakeFailedException("A Noise message failed authentication: altered on its way, or made with another key.", error);
        }
    }

    public void Dispose() => _cipher.Dispose();

    private void NextNonce(Span<byte> nonce)
    {
        if (_counter == ulong.MaxValue)
            throw new HandshakeFailedException("The Noise message counter is used up; open a new connection.");

        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _counter++);
    }
}
