using BenchmarkDotNet.Attributes;
using Orleans.Replication.Raft.State;
using RocksDbSharp;

namespace Orleans.Replication.Benchmarks.Apply;

/// <summary>What a log entry's changes cost on their way into the state, beside what the database alone takes for them.</summary>
public class CommitBenchmark
{
    private string _folder = "";
    private StateStore _state = null!;
    private Database _plain = null!;
    private WriteBatch _writes = null!;
    private byte[] _value = [];
    private long _index;

    [Params(1, 100)]
    public int Commands { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("orleans-replication-commit-").FullName;
        _state = StateStore.Open(Path.Combine(_folder, "kept"));
        _plain = Database.Open(Path.Combine(_folder, "plain"));
        _writes = new WriteBatch();
        _value = new byte[100];
    }

    [GlobalCleanup]
    public void Close()
    {
        _state.Dispose();
        _plain.Release();
        _writes.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Description = "a log entry's commit")]
    public void Kept() => _state.Commit(Fill(), new AppliedPosition(++_index, 1, _index, default));

    [Benchmark(Description = "its changes, straight into the database", Baseline = true)]
    public void Plain()
    {
        Span<byte> position = stackalloc byte[AppliedPosition.EncodedBytes];
        new AppliedPosition(++_index, 1, _index, default).Encode(position);
        _writes.Clear();
        foreach (var (key, value) in Fill().Changes)
            _writes.Put(key.AsSpan(), value!.Whole().Span);
        _writes.Put(StateKeys.Position, position);
        _plain.Write(_writes);
    }

    /// <summary>What commands leave: a record, a result and a session each.</summary>
    private StateBatch Fill()
    {
        var batch = new StateBatch();
        for (var i = 0; i < Commands; i++)
        {
            batch.Set([.. StateKeys.Table("kv"), .. BitConverter.GetBytes((_index + i) % 10_000)], RecordFormat.Encode(1, _value));
            batch.Set(StateKeys.Result(1, (ulong)i), new byte[10]);
            batch.Set(StateKeys.Session(1), new byte[24]);
            batch.Accept();
        }

        return batch;
    }
}
