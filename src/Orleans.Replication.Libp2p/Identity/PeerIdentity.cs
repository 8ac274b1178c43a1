using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Google.Protobuf;
using NSec.Cryptography;
using Orleans.Replication.Libp2p.Identity;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A peer's own Ed25519 key pair: what its peer id is made of and what it proves itself with. Safe for concurrent use; dispose of it to wipe the
/// private key from memory.
/// </summary>
public sealed class PeerIdentity : IDisposable
{
    private const int SeedBytes = 32;
    private const int PublicBytes = 32;

    private readonly Key _key;

    private PeerIdentity(Key key)
    {
        _key = key;
        PublicKey = PublicKey.FromEd25519(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The peer id of this identity.</summary>
    public PeerId PeerId => PublicKey.PeerId;

    /// <summary>Makes a new identity.</summary>
    public static PeerIdentity Generate()
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        RandomNumberGenerator.Fill(seed);
        try
        {
            return FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Makes the identity of a seed: the same seed gives the same peer id.</summary>
    /// <param name="seed">The 32 bytes that RFC 8032 calls the private key.</param>
    /// <exception cref="FormatException"><paramref name="seed"/> has another length.</exception>
    public static PeerIdentity FromSeed(ReadOnlySpan<byte> seed)
    {
        var exportable = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        return Key.TryImport(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, out var key, exportable)
            ? new PeerIdentity(key!)
            : throw new FormatException($"An Ed25519 seed has {SeedBytes} bytes.");
    }

    /// <summary>Reads the private key protobuf of libp2p: type Ed25519, and the seed followed by the public key. Nothing throws.</summary>
    /// <param name="protobuf">The bytes.</param>
    /// <param name="identity">The identity.</param>
    /// <remarks>The old form, with the public key twice, is accepted when both copies agree (libp2p specs, peer-ids.md).</remarks>
    public static bool TryParse(ReadOnlySpan<byte> protobuf, [NotNullWhen(true)] out PeerIdentity? identity)
    {
        identity = null;
        try
        {
            var message = KeyMessage.Parser.WithDiscardUnknownFields(true).ParseFrom(protobuf);
            if (message.Type != (int)KeyType.Ed25519 || !message.HasType || !message.HasData)
                return false;

            var data = message.Data.Span;
            if (data.Length is not (SeedBytes + PublicBytes or SeedBytes + (2 * PublicBytes)))
                return false;

            var parsed = FromSeed(data[..SeedBytes]);
            var agree = true;
            for (var copy = data[SeedBytes..]; !copy.IsEmpty; copy = copy[PublicBytes..])
                agree &= copy[..PublicBytes].SequenceEqual(parsed.PublicKey.Data.Span);

            if (!agree)
            {
                parsed.Dispose();
                return false;
            }

            identity = parsed;
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads the identity kept in a file; makes one and keeps it there when the file does not exist. On return the file and its directory entry
    /// are on disk.
    /// </summary>
    /// <param name="path">The file, by convention <c>identity.key</c>; missing folders are made.</param>
    /// <exception cref="IdentityFileException">
    /// The file is damaged, holds no Ed25519 key, or grants access to others than its owner. It was left as it is.
    /// </exception>
    public static PeerIdentity LoadOrCreate(string path) => IdentityFile.LoadOrCreate(path);

    /// <summary>Reads the identity kept in a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IdentityFileException">As with <see cref="LoadOrCreate"/>, or the file does not exist.</exception>
    public static PeerIdentity Load(string path) => IdentityFile.Load(path);

    /// <summary>Signs data with the private key.</summary>
    /// <param name="data">What to sign.</param>
    public byte[] Sign(ReadOnlySpan<byte> data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

    /// <summary>The private key protobuf. Handle it as the secret it is.</summary>
    public byte[] ToProtobuf()
    {
        var seed = _key.Export(KeyBlobFormat.RawPrivateKey);
        try
        {
            return new KeyMessage { Type = (int)KeyType.Ed25519, Data = ByteString.CopyFrom([.. seed, .. PublicKey.Data.Span]) }.ToByteArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>The peer id; never the key.</summary>
    public override string ToString() => PeerId.ToString();
}
