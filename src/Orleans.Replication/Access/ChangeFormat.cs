using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Buffers;
using Orleans.Replication.States.History;

namespace Orleans.Replication.Access;

/// <summary>Changes on the wire.</summary>
internal static class ChangeFormat
{
    /// <summary>Writes one down. The bytes are shared, not copied.</summary>
    public static Change Encode(in RecordedChange change, bool hasKey, bool more) => new()
    {
        Version = change.Version,
        Kind = (int)change.Kind,
        TimestampTicks = change.Timestamp.UtcTicks,
        State = UnsafeByteOperations.UnsafeWrap(change.State.Whole()),
        Origin = UnsafeByteOperations.UnsafeWrap(change.Origin),
        Key = hasKey ? UnsafeByteOperations.UnsafeWrap(change.Key) : ByteString.Empty,
        More = more,
    };

    /// <summary>Reads one back.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or of later software.</exception>
    public static RecordedChange Decode(Change change)
    {
        var kind = (StateChangeKind)change.Kind;
        if (!Enum.IsDefined(kind) || change.Version < 0 || change.TimestampTicks < 0 || change.TimestampTicks > DateTimeOffset.MaxValue.Ticks)
            throw new InvalidDataException($"A change of kind {change.Kind} with version {change.Version} came, which is none that this software knows.");
        return new RecordedChange(change.Version, kind, 0, new DateTimeOffset(change.TimestampTicks, TimeSpan.Zero), new(change.State.Memory), change.Origin.Memory) { Key = change.Key.Memory };
    }
}
