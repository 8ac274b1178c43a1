using System.Buffers;
using System.Buffers.Binary;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.Versions;

/// <summary>
/// The body of a <see cref="StateCommandKind.RaiseVersion"/> command: <c>the version, 32 bits big-endian | the members that have it, 64 bits</c>.
/// </summary>
/// <param name="Version">The version to raise to.</param>
/// <param name="ConfigurationIndex">The members that have said that their code has it (<see cref="MemberVersions.ConfigurationIndex"/>).</param>
internal readonly record struct VersionRaise(int Version, long ConfigurationIndex)
{
    private const int Bytes = sizeof(int) + sizeof(long);

    /// <summary>The whole command.</summary>
    public Command ToCommand(ReadOnlySpan<byte> origin)
    {
        var payload = new ArrayBufferWriter<byte>();
        StateCommand.Begin(payload, StateCommandKind.RaiseVersion, origin);
        var body = payload.GetSpan(Bytes);
        BinaryPrimitives.WriteInt32BigEndian(body, Version);
        BinaryPrimitives.WriteInt64BigEndian(body[sizeof(int)..], ConfigurationIndex);
        payload.Advance(Bytes);
        return new Command(StatesTable.TableName, default, payload.WrittenMemory);
    }

    /// <exception cref="UnreadableStateException">It is malformed, or of newer software.</exception>
    public static VersionRaise Parse(ReadOnlySpan<byte> body) => body.Length == Bytes
        ? new(BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[sizeof(int)..]))
        : throw new UnreadableStateException($"A command that raises the version of the operations has {body.Length} bytes; this silo knows {Bytes}. Update this silo.");
}
