using System.Buffers;

namespace Orleans.Replication.States.Transactions;

/// <summary>
/// What a replica says about a transaction: <c>format | kind | body</c>. Committed: <c>version | count | results</c>; conflicts: <c>count | (condition, version)…</c>;
/// rejected: <c>step | <see cref="Rejection"/></c>.
/// </summary>
internal sealed record TransactionAnswer
{
    private const byte Format = 1;
    private const byte CommittedKind = 1;
    private const byte ConflictsKind = 2;
    private const byte RejectedKind = 3;

    /// <summary>The version that it made; 0 when nothing happened.</summary>
    public long Version { get; private init; }

    /// <summary>The results of its steps, in their order: an operation's, and nothing for others.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Results { get; private init; } = [];

    /// <summary>The conditions that did not hold, by their number, with the version that was found.</summary>
    public IReadOnlyList<(int Condition, long Version)> Conflicts { get; private init; } = [];

    /// <summary>The operation that was refused, and why.</summary>
    public (int Step, ReadOnlyMemory<byte> Rejection)? Rejected { get; private init; }

    public static ReadOnlyMemory<byte> Committed(long version, IReadOnlyList<ReadOnlyMemory<byte>> results)
    {
        var answer = Begin(CommittedKind);
        BodyWriter.WriteInt64(answer, version);
        BodyWriter.WriteCount(answer, results.Count);
        foreach (var result in results)
            BodyWriter.WriteBytes(answer, result.Span);
        return answer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Conflicting(IReadOnlyList<(int Condition, long Version)> conflicts)
    {
        var answer = Begin(ConflictsKind);
        BodyWriter.WriteCount(answer, conflicts.Count);
        foreach (var (condition, version) in conflicts)
        {
            BodyWriter.WriteInt64(answer, condition);
            BodyWriter.WriteInt64(answer, version);
        }

        return answer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Refused(int step, ReadOnlyMemory<byte> rejection)
    {
        var answer = Begin(RejectedKind);
        BodyWriter.WriteInt64(answer, step);
        BodyWriter.WriteBytes(answer, rejection.Span);
        return answer.WrittenMemory;
    }

    /// <exception cref="UnreadableStateException">It is of other software.</exception>
    public static TransactionAnswer Parse(ReadOnlyMemory<byte> answer)
    {
        var reader = new BodyReader(answer);
        switch (reader.ReadByte(), reader.ReadByte())
        {
            case (Format, CommittedKind):
                var version = reader.ReadInt64();
                var results = new ReadOnlyMemory<byte>[reader.ReadCount()];
                for (var i = 0; i < results.Length; i++)
                    results[i] = reader.ReadBytes();
                return new() { Version = version, Results = results };
            case (Format, ConflictsKind):
                var conflicts = new (int, long)[reader.ReadCount()];
                for (var i = 0; i < conflicts.Length; i++)
                    conflicts[i] = ((int)reader.ReadInt64(), reader.ReadInt64());
                return new() { Conflicts = conflicts };
            case (Format, RejectedKind):
                return new() { Rejected = ((int)reader.ReadInt64(), reader.ReadBytes()) };
            default:
                throw new UnreadableStateException("The answer to a transaction is of a format that this silo does not know.");
        }
    }

    private static ArrayBufferWriter<byte> Begin(byte kind)
    {
        var answer = new ArrayBufferWriter<byte>();
        BodyWriter.WriteByte(answer, Format);
        BodyWriter.WriteByte(answer, kind);
        return answer;
    }
}
