using System.Security.Cryptography;
using NSec.Cryptography;
using NSecPublicKey = NSec.Cryptography.PublicKey;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>
/// The three messages of Noise_XX_25519_ChaChaPoly_SHA256 (Noise §7.5), without framing and without knowledge of libp2p:
/// <c>→ e</c>, <c>← e, ee, s, es</c>, <c>→ s, se</c>. The sides take turns; the initiator writes first.
/// </summary>
internal sealed class NoiseXxHandshake : IDisposable
{
    internal const int KeyBytes = 32;
    private const int LastMessage = 3;

    private readonly NoiseSymmetricState _symmetric = new("Noise_XX_25519_ChaChaPoly_SHA256"u8);
    private readonly bool _initiator;
    private readonly Key _static;
    private readonly Key _ephemeral;
    private NSecPublicKey? _remoteEphemeral;
    private NSecPublicKey? _remoteStatic;
    private int _messages;

    /// <param name="initiator">Whether this side writes the first message.</param>
    /// <param name="staticKey">The long-lived X25519 key; it stays the caller's.</param>
    /// <param name="ephemeralKey">The X25519 key of this handshake only; disposed of with it.</param>
    /// <param name="prologue">What both sides must already agree on; empty in libp2p.</param>
    internal NoiseXxHandshake(bool initiator, Key staticKey, Key ephemeralKey, ReadOnlySpan<byte> prologue)
    {
        _initiator = initiator;
        _static = staticKey;
        _ephemeral = ephemeralKey;
        _symmetric.MixHash(prologue);
    }

    /// <summary>The other side's static key, once its message was read.</summary>
    internal ReadOnlyMemory<byte> RemoteStatic { get; private set; }

    internal ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    internal byte[] WriteMessage(ReadOnlySpan<byte> payload)
    {
        List<byte> message = [];
        switch (Next(writing: true))
        {
            case 1:
                WriteEphemeral(message);
                break;
            case 2:
                WriteEphemeral(message);
                MixSecret(_ephemeral, _remoteEphemeral);
                WriteStatic(message);
                MixSecret(_static, _remoteEphemeral);
                break;
            default:
                WriteStatic(message);
                MixSecret(_static, _remoteEphemeral);
                break;
        }

        return [.. message, .. _symmetric.EncryptAndHash(payload)];
    }

    /// <returns>The payload.</returns>
    /// <exception cref="HandshakeFailedException">The message is malformed, altered, or holds a key that yields no secret.</exception>
    internal byte[] ReadMessage(ReadOnlySpan<byte> message)
    {
        switch (Next(writing: false))
        {
            case 1:
                ReadEphemeral(ref message);
                break;
            case 2:
                ReadEphemeral(ref message);
                MixSecret(_ephemeral, _remoteEphemeral);
                ReadStatic(ref message);
                MixSecret(_ephemeral, _remoteStatic);
                break;
            default:
                ReadStatic(ref message);
                MixSecret(_ephemeral, _remoteStatic);
                break;
        }

        return _symmetric.DecryptAndHash(message);
    }

    /// <summary>The ciphers for this side's sending and receiving; call it after the third message.</summary>
    internal (NoiseCipherState Send, NoiseCipherState Receive) Split()
    {
        if (_messages != LastMessage)
            throw new InvalidOperationException("The handshake is not finished.");

        var (fromInitiator, fromResponder) = _symmetric.Split();
        return _initiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
    }

    public void Dispose()
    {
        _symmetric.Dispose();
        _ephemeral.Dispose();
    }

    private int Next(bool writing)
    {
        var initiatorsTurn = _messages % 2 == 0;
        if (_messages == LastMessage || writing != (initiatorsTurn == _initiator))
            throw new InvalidOperationException("It is the other side's turn in the handshake.");
        return ++_messages;
    }

    private void WriteEphemeral(List<byte> message)
    {
        var key = _ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        message.AddRange(key);
        _symmetric.MixHash(key);
    }

    private void WriteStatic(List<byte> message) =>
        message.AddRange(_symmetric.EncryptAndHash(_static.PublicKey.Export(KeyBlobFormat.RawPublicKey)));

    private void ReadEphemeral(ref ReadOnlySpan<byte> message)
    {
        var key = Take(ref message, KeyBytes);
        _remoteEphemeral = Import(key);
        _symmetric.MixHash(key);
    }

    private void ReadStatic(ref ReadOnlySpan<byte> message)
    {
        var key = _symmetric.DecryptAndHash(Take(ref message, KeyBytes + NoiseCipherState.TagBytes));
        _remoteStatic = Import(key);
        RemoteStatic = key;
    }

    /// <summary>Mixes in the secret shared by two keys. An all-zero one, which a key of low order forces, is refused (RFC 7748 §6.1).</summary>
    private void MixSecret(Key own, NSecPublicKey? remote)
    {
        var parameters = new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using var secret = KeyAgreementAlgorithm.X25519.Agree(own, remote!, parameters)
            ?? throw new HandshakeFailedException("The other side sent an X25519 key that yields no secret.");
        var bytes = secret.Export(SharedSecretBlobFormat.RawSharedSecret);
        _symmetric.MixKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
    }

    private static NSecPublicKey Import(ReadOnlySpan<byte> key) =>
        NSecPublicKey.TryImport(KeyAgreementAlgorithm.X25519, key, KeyBlobFormat.RawPublicKey, out var result)
            ? result!
            : throw new HandshakeFailedException("The other side sent no X25519 key.");

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, int count)
    {
        if (message.Length < count)
            throw new HandshakeFailedException("A Noise handshake message is too short.");

        var taken = message[..count];
        message = message[count..];
        return taken;
    }
}
