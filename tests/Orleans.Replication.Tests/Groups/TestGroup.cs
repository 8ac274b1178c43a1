using System.Net;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Tests.Groups;

/// <summary>A group of members in this process, on real sockets and a real disk.</summary>
internal sealed class TestGroup : IAsyncDisposable
{
    /// <summary>A grain storage provider that keeps tombstones.</summary>
    public const string Tombstones = "tombstones";

    /// <summary>A grain storage provider that deletes.</summary>
    public const string Deletes = "deletes";

    private readonly string _folder = Directory.CreateTempSubdirectory("group-test-").FullName;

    public TestGroup(int members, TestGroupOptions? options = null)
    {
        var voters = Enumerable.Range(1, members).Select(i => new RaftPeer($"member-{i}", new DnsEndPoint($"member-{i}", 1))).ToList();
        Members = [.. voters.Select(peer => new GroupMember(Network, peer, voters, Path.Combine(_folder, peer.Id), options ?? new()))];
    }

    public TestNetwork Network { get; } = new();

    public IReadOnlyList<GroupMember> Members { get; }

    public static async Task<TestGroup> StartAsync(int members, TestGroupOptions? options = null)
    {
        var group = new TestGroup(members, options);
        await Task.WhenAll(group.Members.Select(member => member.StartAsync()));
        await group.WaitForLeaderAsync();
        return group;
    }

    /// <summary>Waits until one member leads.</summary>
    public Task<GroupMember> WaitForLeaderAsync() => Eventually.GetAsync("a leader", () => Members.FirstOrDefault(member => member.IsLeader));

    /// <summary>Cuts every connection between members.</summary>
    public void Separate()
    {
        foreach (var member in Members)
            Network.Isolate(member.PeerId, Members.Select(m => m.PeerId));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
