using System.Buffers.Binary;
using Orleans.Runtime;

namespace Orleans.Replication.States.Chains;

/// <summary>
/// The operations of a chain, with all that they may know:
/// <code>
/// format version u8, number of operations u8, version of the operations i32, leader's clock at the first in ticks i64, state's version after the last i64,
/// then of each: index i64, leader's clock in ticks i64, seed u64, length i32, the operation as in the log
/// </code>
/// Numbers are little-endian.
/// </summary>
internal readonly struct ChainRecord
{
    /// <summary>A chain has no more operations.</summary>
    public const int MaxOperations = 64;

    /// <summary>No longer record: each operation writes it again.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>A longer operation is in no chain.</summary>
    public const int MaxOperationBytes = MaxBytes - HeaderBytes - OperationHeaderBytes;

    /// <summary>A chain that has begun longer ago, by the clock in the log, is over. What it takes to run an operation again has to be in the code for no longer.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private const byte FormatVersion = 1;
    private const int CountAt = 1;
    private const int OperationsVersionAt = 2;
    private const int StartedAt = 6;
    private const int VersionAt = 14;
    private const int HeaderBytes = 22;
    private const int OperationHeaderBytes = 28;

    private readonly ReadOnlyMemory<byte> _bytes;

    private ChainRecord(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The version of the state that the chain leads to.</summary>
    public long Version => BinaryPrimitives.ReadInt64LittleEndian(_bytes.Span[VersionAt..]);

    /// <summary>The record.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>A chain of one operation.</summary>
    public static ChainRecord Begin(in OperationContext context, ReadOnlySpan<byte> operation)
    {
        var header = new byte[HeaderBytes];
        header[0] = FormatVersion;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(OperationsVersionAt), context.Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(StartedAt), context.Timestamp.UtcTicks);
        return new ChainRecord(header).With(context, operation);
    }

    /// <exception cref="UnreadableStateException">The bytes are no such record, or one of newer software.</exception>
    public static ChainRecord Parse(ReadOnlyMemory<byte> bytes) => bytes.Length >= HeaderBytes && bytes.Span[0] == FormatVersion
        ? new(bytes)
        : throw new UnreadableStateException("The operations on a large state are recorded in a format that this silo does not know. Update this silo.");

    /// <summary>True when the chain may go on with an operation. Every replica comes to the same answer: it depends on the log alone.</summary>
    public bool CanTake(in OperationContext context, int operationBytes)
    {
        var bytes = _bytes.Span;
        return bytes[CountAt] < MaxOperations
            && bytes.Length + OperationHeaderBytes + operationBytes <= MaxBytes
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[OperationsVersionAt..]) == context.Version
            && context.Timestamp.UtcTicks - BinaryPrimitives.ReadInt64LittleEndian(bytes[StartedAt..]) <= MaxAge.Ticks;
    }

    /// <summary>The chain with one operation more.</summary>
    public ChainRecord With(in OperationContext context, ReadOnlySpan<byte> operation)
    {
        var longer = new byte[_bytes.Length + OperationHeaderBytes + operation.Length];
        _bytes.Span.CopyTo(longer);
        longer[CountAt]++;
        BinaryPrimitives.WriteInt64LittleEndian(longer.AsSpan(VersionAt), context.Index);
        var added = longer.AsSpan(_bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(added, context.Index);
        BinaryPrimitives.WriteInt64LittleEndian(added[8..], context.Timestamp.UtcTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(added[16..], context.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(added[24..], operation.Length);
        operation.CopyTo(added[OperationHeaderBytes..]);
        return new(longer);
    }

    /// <summary>The operations in their order.</summary>
    /// <exception cref="UnreadableStateException">The record is damaged.</exception>
    public IEnumerable<(OperationContext Context, ReadOnlyMemory<byte> Operation)> Read(GrainId grain)
    {
        var version = BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span[OperationsVersionAt..]);
        for (var rest = _bytes[HeaderBytes..]; !rest.IsEmpty;)
        {
            var length = rest.Length < OperationHeaderBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest.Span[24..]);
            if (length < 0 || length > rest.Length - OperationHeaderBytes)
                throw new UnreadableStateException("The record of the operations on a large state is damaged.");
            var context = new OperationContext
            {
                Index = BinaryPrimitives.ReadInt64LittleEndian(rest.Span),
                Timestamp = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(rest.Span[8..]), TimeSpan.Zero),
                Seed = BinaryPrimitives.ReadUInt64LittleEndian(rest.Span[16..]),
                GrainId = grain,
                Version = version,
            };
            yield return (context, rest.Slice(OperationHeaderBytes, length));
            rest = rest[(OperationHeaderBytes + length)..];
        }
    }
}
