using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Identity;

namespace Orleans.Replication.Libp2p;

/// <summary>The public half of a peer's identity. Immutable; two keys are equal when their type and data are equal.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>The longest protobuf form that is accepted; an RSA key of 8,192 bits needs about 1,100 bytes.</summary>
    public const int MaxProtobufBytes = 2_048;

    private static readonly MessageParser<KeyMessage> Parser = KeyMessage.Parser.WithDiscardUnknownFields(true);

    private readonly byte[] _data;
    private readonly byte[] _protobuf;

    private PublicKey(KeyType type, byte[] data)
    {
        Type = type;
        _data = data;
        // Both fields, in tag order, minimal varints: the deterministic form that peer ids are made of.
        _protobuf = new KeyMessage { Type = (int)type, Data = ByteString.CopyFrom(data) }.ToByteArray();
        PeerId = PeerId.FromPublicKeyProtobuf(_protobuf);
    }

    /// <summary>The kind of key.</summary>
    public KeyType Type { get; }

    /// <summary>The key itself, in the form its <see cref="Type"/> names.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>The deterministic protobuf form, from which the peer id is made.</summary>
    public ReadOnlyMemory<byte> Protobuf => _protobuf;

    /// <summary>The id of the peer that owns this key.</summary>
    public PeerId PeerId { get; }

    /// <summary>Makes a public key of the 32 bytes of an Ed25519 key.</summary>
    /// <param name="data">The key.</param>
    /// <exception cref="FormatException"><paramref name="data"/> has another length.</exception>
    public static PublicKey FromEd25519(ReadOnlySpan<byte> data) =>
        data.Length == 32 ? new PublicKey(KeyType.Ed25519, data.ToArray()) : throw new FormatException("An Ed25519 public key has 32 bytes.");

    /// <summary>Reads the protobuf form. Anything that is not a public key gives <see langword="false"/>; nothing throws.</summary>
    /// <param name="protobuf">The bytes of the peer.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse(ReadOnlySpan<byte> protobuf, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        if (protobuf.Length > MaxProtobufBytes)
            return false;

        try
        {
            var message = Parser.ParseFrom(protobuf);
            if (!message.HasType || !message.HasData || !HasPlausibleLength(message.Type, message.Data.Length))
                return false;
            key = new PublicKey((KeyType)message.Type, message.Data.ToByteArray());
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>Whether a signature is this key's and is of this data. A malformed key or signature is no signature.</summary>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature, in the form the <see cref="Type"/> names.</param>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => SignatureVerifier.Verify(Type, _data, data, signature);

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && _protobuf.AsSpan().SequenceEqual(other._protobuf);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => PeerId.GetHashCode();

    /// <summary>The kind of key and its peer id.</summary>
    public override string ToString() => $"{Type} {PeerId}";

    private static bool HasPlausibleLength(int type, int length) => type switch
    {
        (int)KeyType.Ed25519 => length == 32,
        (int)KeyType.Secp256k1 => length == 33,
        (int)KeyType.Rsa or (int)KeyType.Ecdsa => length > 0,
        _ => false,
    };
}
