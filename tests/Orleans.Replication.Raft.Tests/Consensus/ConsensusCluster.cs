using System.Collections.Concurrent;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>A group of members in this process, each of which makes a consensus for each of its starts.</summary>
internal sealed class ConsensusCluster<TConsensus, TState> : IAsyncDisposable
    where TConsensus : StateConsensus<TState>
{
    private readonly ConcurrentDictionary<IReplicatedTable, TConsensus> _made = new();

    private ConsensusCluster(int members, Func<int, TConsensus> make) => Raft = new TestCluster(members, options =>
    {
        var consensus = make(_made.Count);
        _made[consensus.Table] = consensus;
        return new RaftGroupOptions { Voters = options.Voters, Tables = [.. options.Tables, consensus.Table], SnapshotEntries = 100 };
    });

    public TestCluster Raft { get; }

    public IEnumerable<TConsensus> All => Raft.Members.Where(member => member.IsRunning).Select(Of);

    /// <param name="members">How many.</param>
    /// <param name="make">Gets how many were made before.</param>
    public static async Task<ConsensusCluster<TConsensus, TState>> StartAsync(int members, Func<int, TConsensus> make)
    {
        var cluster = new ConsensusCluster<TConsensus, TState>(members, make);
        foreach (var member in cluster.Raft.Members)
            await cluster.StartAsync(member);
        await cluster.Raft.WaitForLeaderAsync();
        return cluster;
    }

    public async Task StartAsync(TestMember member)
    {
        await member.StartAsync();
        Of(member).Attach(member.Group);
    }

    public TConsensus Of(TestMember member) => _made[member.Group.Tables[^1]];

    /// <summary>Waits until every running member has applied what the leader has.</summary>
    public Task WaitUntilEqualAsync() => Eventually.TrueAsync(
        "all members to have applied everything",
        () => Raft.Members.Where(member => member.IsRunning).Select(member => member.Group.GetStatus()).Select(status => (status.AppliedIndex, status.Leader)).Distinct().Count() == 1
            && Raft.Members.Any(member => member.IsLeader && member.Group.GetStatus() is var status && status.AppliedIndex == status.CommitIndex));

    /// <summary>The records of each running member, as text.</summary>
    public IEnumerable<string> Records() => Raft.Members.Where(member => member.IsRunning).Select(member =>
    {
        using var state = member.Group.OpenSnapshot(Of(member).Table.Name);
        return string.Join('\n', state.Scan(default).Select(row => $"{Convert.ToHexString(row.Key.Span)} {row.Value.Version} {Convert.ToHexString(row.Value.Value.Span)}"));
    });

    public ValueTask DisposeAsync() => Raft.DisposeAsync();
}
