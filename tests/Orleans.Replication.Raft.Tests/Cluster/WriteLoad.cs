using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>
/// Writers that go on while a test does something to the group. Each write increments a key of its own, so that one that was applied twice shows; and who leads is watched meanwhile.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentQueue<string> _acknowledged = new();
    private readonly ConcurrentDictionary<long, string> _leaders = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<Task> _running;
    private int _last;

    public WriteLoad(TestCluster cluster, int writers = 3)
    {
        _cluster = cluster;
        _running = [.. Enumerable.Range(0, writers).Select(WriteAsync), WatchAsync()];
    }

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Waits until something more was acknowledged: the group works.</summary>
    public Task SomeWritesAsync(int count = 20)
    {
        var before = Acknowledged;
        return Eventually.TrueAsync($"{count} writes", () => Acknowledged >= before + count);
    }

    /// <summary>Ends the load; every acknowledged write is there, once, on every member that runs, and each term had one leader.</summary>
    public async Task EndAsync(params TestMember[] except)
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_running);
        Assert.Empty(_errors);
        foreach (var member in _cluster.Members.Where(member => member.IsRunning && !except.Contains(member)))
        {
            await member.Group.ReadBarrierAsync();
            var reader = member.Group.GetReader("kv");
            foreach (var key in _acknowledged)
            {
                Assert.True(reader.TryGet(Encoding.UTF8.GetBytes(key), out var record), $"{key} was acknowledged, and is not on {member.Id}.");
                Assert.Equal(1, BinaryPrimitives.ReadInt64LittleEndian(record.Value.Span));
            }
        }

        await _cluster.ReplicasAreEqualAsync(except);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_running);
        _enough.Dispose();
    }

    private async Task WriteAsync(int writer)
    {
        for (var turn = writer; !_enough.IsCancellationRequested; turn++)
        {
            var groups = _cluster.Members.ToList().Select(member => member.RunningGroup).OfType<RaftGroup>().ToList();
            if (groups.Count == 0)
            {
                await Task.Yield();
                continue;
            }

            var key = string.Create(CultureInfo.InvariantCulture, $"write-{Interlocked.Increment(ref _last)}");
            try
            {
                await groups[turn % groups.Count].ProposeAsync(KeyValueTable.Add(key), _enough.Token);
                _acknowledged.Enqueue(key);
            }
            catch (Exception e) when (e is OperationCanceledException or RaftException)
            {
                // Refused or unknown: it was not acknowledged. A member that was removed refuses at once.
                await Task.Yield();
            }
        }
    }

    private async Task WatchAsync()
    {
        while (!_enough.IsCancellationRequested)
        {
            foreach (var group in _cluster.Members.ToList().Select(member => member.RunningGroup).OfType<RaftGroup>())
            {
                var status = group.GetStatus();
                if (status.Role == RaftRole.Leader && group.GetStatus() is { Role: RaftRole.Leader } again && again.Term == status.Term
                    && _leaders.GetOrAdd(status.Term, group.LocalId) is var known && known != group.LocalId)
                {
                    _errors.Enqueue($"Term {status.Term} was led by {known} and {group.LocalId}.");
                }
            }

            await Task.Delay(1);
        }
    }
}
