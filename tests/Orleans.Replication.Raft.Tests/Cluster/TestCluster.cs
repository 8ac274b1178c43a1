using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>A group of members in this process, on real sockets and a real disk.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-test-").FullName;
    private readonly Func<RaftGroupOptions, RaftGroupOptions> _configure;
    private volatile IReadOnlyList<TestMember> _members;

    public TestCluster(int members, Func<RaftGroupOptions, RaftGroupOptions>? configure = null, Func<string, string?>? folderOf = null)
    {
        var voters = Enumerable.Range(1, members).Select(i => TestMember.Peer("member-" + i)).ToList();
        _configure = configure ?? (options => options);
        _members = [.. voters.Select(voter => new TestMember(Network, voter.Id, voters, folderOf?.Invoke(voter.Id) ?? Path.Combine(_folder, voter.Id), _configure))];
    }

    public TestNetwork Network { get; } = new();

    public IReadOnlyList<TestMember> Members => _members;

    public IEnumerable<string> Ids => Members.Select(member => member.Id);

    public TestMember Leader => Members.Single(member => member.IsLeader);

    public IEnumerable<TestMember> Followers => Members.Where(member => member.IsRunning && !member.IsLeader);

    public static async Task<TestCluster> StartAsync(int members, Func<RaftGroupOptions, RaftGroupOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        var cluster = new TestCluster(members, configure);
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync(loggers)));
        await cluster.WaitForLeaderAsync();
        return cluster;
    }

    /// <summary>Starts one more process, which knows some members and is none yet.</summary>
    public async Task<TestMember> StartNewMemberAsync(params TestMember[] known)
    {
        var id = "member-" + (_members.Count + 1);
        var member = new TestMember(Network, id, [.. known.Select(other => TestMember.Peer(other.Id))], Path.Combine(_folder, id), _configure);
        _members = [.. _members, member];
        await member.StartAsync();
        return member;
    }

    /// <summary>Waits until the members that run have applied the same, and finds the same state on all of them.</summary>
    public async Task ReplicasAreEqualAsync(params TestMember[] except)
    {
        var members = Members.Where(member => member.IsRunning && !except.Contains(member)).ToList();
        await Eventually.TrueAsync("the same applied index everywhere", () => members.Select(member => member.Group.GetStatus().AppliedIndex).Distinct().Count() == 1);
        var states = members.Select(member => member.Dump()).ToList();
        Assert.All(states, state => Assert.Equal(states[0], state));
    }

    /// <summary>Waits until exactly one member leads and every running member knows it.</summary>
    public Task<TestMember> WaitForLeaderAsync(Func<TestMember, bool>? among = null) => Eventually.GetAsync(
        "a leader that all know",
        () =>
        {
            var running = Members.Where(member => member.IsRunning && (among?.Invoke(member) ?? true)).ToList();
            var leaders = running.Where(member => member.IsLeader).ToList();
            return leaders.Count == 1 && running.All(member => member.Group.GetStatus().Leader == leaders[0].Id) ? leaders[0] : null;
        });

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
