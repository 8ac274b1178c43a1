using System.Text;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// What a consensus knows beside its states: the record <see cref="ConsensusKeys.Head"/>.
/// <code>version u8, newest revision varint, oldest kept revision varint, index of the failed command varint (0: none), type of its error to the end</code>
/// </summary>
/// <param name="Newest">The newest revision; 0 when there is none.</param>
/// <param name="Oldest">The oldest revision that is kept; 0 when there is none.</param>
/// <param name="FailedAt">The <see cref="CommandContext.Index"/> of the operation that made the state inconsistent; 0 while it is consistent.</param>
/// <param name="Failure">The full name of the type of what that operation threw; empty while the state is consistent. The message is not kept: it may differ.</param>
internal readonly record struct ConsensusHead(long Newest, long Oldest, long FailedAt, string Failure)
{
    public const byte Version = 1;

    public static ConsensusHead Empty { get; } = new(0, 0, 0, string.Empty);

    public bool IsInconsistent => FailedAt != 0;

    public byte[] Encode()
    {
        Span<byte> numbers = stackalloc byte[1 + 10 + 10 + 10];
        numbers[0] = Version;
        var length = 1;
        length += Varint.Write(numbers[length..], (ulong)Newest);
        length += Varint.Write(numbers[length..], (ulong)Oldest);
        length += Varint.Write(numbers[length..], (ulong)FailedAt);
        return [.. numbers[..length], .. Encoding.UTF8.GetBytes(Failure)];
    }

    /// <exception cref="LogFormatException">The record is of another format version, or damaged.</exception>
    public static ConsensusHead Read(IStateReader state)
    {
        if (!state.TryGet(ConsensusKeys.Head, out var record))
            return Empty;
        var cursor = new SpanCursor(record.Value);
        var version = cursor.ReadByte();
        if (version != Version)
            throw new LogFormatException($"The head of a consensus is of format version {version}; this software knows version {Version}. Update this member.");
        return new((long)cursor.ReadVarint(), (long)cursor.ReadVarint(), (long)cursor.ReadVarint(), Encoding.UTF8.GetString(cursor.Rest.Span));
    }
}
