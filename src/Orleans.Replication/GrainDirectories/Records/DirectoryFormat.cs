using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Runtime;

namespace Orleans.Replication.GrainDirectories.Records;

/// <summary>The bytes of a directory's records and commands. Each begins with the version of the format.</summary>
internal static class DirectoryFormat
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Version = 1;

    /// <summary>The record that says that a grain is on a silo. Its key says all.</summary>
    public static readonly ReadOnlyMemory<byte> OnSilo = new[] { Version };

    /// <summary>The longest silo address and activation id. Silo addresses are parts of keys.</summary>
    public const int MaxNameCharacters = 1024;

    /// <summary>Makes the bytes of a command or an entry.</summary>
    public static byte[] Encode(IMessage message)
    {
        var bytes = new byte[1 + message.CalculateSize()];
        bytes[0] = Version;
        message.WriteTo(bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>Reads a command.</summary>
    /// <returns>False when the bytes are no command of this format.</returns>
    public static bool TryDecodeChange(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DirectoryChange? change)
    {
        try
        {
            change = DirectoryChange.Parser.ParseFrom(bytes[1..]);
            return change.ChangeCase switch
            {
                DirectoryChange.ChangeOneofCase.Register => change.Register.Entry is { } entry && IsName(entry.Silo) && IsName(entry.Activation),
                DirectoryChange.ChangeOneofCase.Unregister => IsName(change.Unregister.Activation),
                DirectoryChange.ChangeOneofCase.UnregisterSilos => change.UnregisterSilos.Silo.All(IsName),
                _ => false,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            change = null;
            return false;
        }
    }

    /// <summary>Reads a stored entry.</summary>
    /// <exception cref="InvalidDataException">The entry was written by other software.</exception>
    public static DirectoryEntry DecodeEntry(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Version)
            throw new InvalidDataException($"A directory entry has format {(bytes.Length == 0 ? "none" : bytes[0])}; this version of the software reads {Version}.");
        return DirectoryEntry.Parser.ParseFrom(bytes[1..]);
    }

    /// <summary>Makes the address that an entry stands for.</summary>
    public static GrainAddress ToAddress(GrainId grainId, ReadOnlySpan<byte> entry)
    {
        var decoded = DecodeEntry(entry);
        return new()
        {
            GrainId = grainId,
            SiloAddress = SiloAddress.FromParsableString(decoded.Silo),
            ActivationId = ActivationId.FromParsableString(decoded.Activation),
            MembershipVersion = new MembershipVersion(decoded.MembershipVersion),
        };
    }

    /// <summary>True when an entry can be read as an address.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever an address that is none makes its parser throw.")]
    public static bool IsReadable(DirectoryEntry entry)
    {
        try
        {
            return ToAddress(default, Encode(entry)) is { SiloAddress: not null, ActivationId.IsDefault: false };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MaxNameCharacters;
}
