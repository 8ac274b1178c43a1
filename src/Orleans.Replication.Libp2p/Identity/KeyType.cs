namespace Orleans.Replication.Libp2p;

/// <summary>The kinds of identity keys in libp2p, with their numbers on the wire (libp2p specs, peer-ids.md).</summary>
public enum KeyType
{
    /// <summary>RSA, data is a DER SubjectPublicKeyInfo; signatures are PKCS#1 v1.5 over SHA-256.</summary>
    Rsa = 0,

    /// <summary>Ed25519, data is the 32-byte public key. The kind every peer must support, and the kind of this host's own identity.</summary>
    Ed25519 = 1,

    /// <summary>secp256k1, data is the compressed point of 33 bytes; signatures are DER over SHA-256.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA on a NIST curve, data is a DER SubjectPublicKeyInfo; signatures are DER over SHA-256.</summary>
    Ecdsa = 3,
}
