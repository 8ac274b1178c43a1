using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Snapshots;

/// <summary>A state that grows by files of random bytes, and the snapshots of it.</summary>
internal sealed class SnapshotSource : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-snapshots-").FullName;
    private readonly Random _random = new(7);
    private readonly StateStore _state;
    private long _index;

    public SnapshotSource()
    {
        _state = StateStore.Open(Path.Combine(_folder, "state"));
        Snapshots = new SnapshotStore(Path.Combine(_folder, "snapshots"), "default");
    }

    public SnapshotStore Snapshots { get; }

    /// <summary>A folder for the other end.</summary>
    public string TargetFolder => Path.Combine(_folder, "target");

    /// <summary>Takes a snapshot that has one table file more than the one before.</summary>
    public CheckpointSnapshot Grow(int bytes)
    {
        var value = new byte[bytes];
        _random.NextBytes(value);
        var batch = new StateBatch();
        batch.Set([.. StateKeys.Table("kv"), (byte)++_index], value);
        _state.Commit(batch, new AppliedPosition(_index, 1, _index, default));
        return Snapshots.Take(_state);
    }

    public static long BytesOf(CheckpointSnapshot snapshot) => snapshot.Parts.Sum(part => part.Length);

    public void Dispose()
    {
        _state.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
