using System.Buffers;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft;

/// <summary>A record of the replicated state.</summary>
public readonly record struct StateRecord
{
    private readonly StoredValue? _stored;
    private readonly ReadOnlyMemory<byte> _value;

    /// <summary>A record whose value is in one piece.</summary>
    /// <param name="value">Its bytes, which never change.</param>
    /// <param name="version">The <see cref="CommandContext.Index"/> of the command that wrote it; at least 1.</param>
    public StateRecord(ReadOnlyMemory<byte> value, long version) => (_value, Version) = (value, version);

    internal StateRecord(StoredValue stored) => (_stored, Version) = (stored, RecordFormat.VersionOf(stored));

    /// <summary>Its bytes, which never change. A large value that was written as similar to another one may be put together at the first use.</summary>
    public ReadOnlyMemory<byte> Value => _stored is null ? _value : RecordFormat.Decode(_stored.Whole()).Value;

    /// <summary>The same bytes in the pieces in which memory has them. Nothing is copied.</summary>
    public ReadOnlySequence<byte> Pieces => _stored is null ? new(_value) : RecordFormat.ValueOf(_stored);

    /// <summary>The <see cref="CommandContext.Index"/> of the command that wrote it; at least 1.</summary>
    public long Version { get; }
}
