using System.Net;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Journaling.Tests.Groups;

/// <summary>A real group, shared by the tests of a class. Of three members it is written on one follower and read on the other.</summary>
public abstract class JournalGroupFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-test-").FullName;
    private readonly TestNetwork _network = new();
    private readonly JournalMember[] _members;

    private protected JournalGroupFixture(int members)
    {
        var voters = Enumerable.Range(1, members).Select(i => new RaftPeer($"member-{i}", new DnsEndPoint($"member-{i}", 1))).ToList();
        _members = [.. voters.Select(peer => new JournalMember(_network, peer, voters, Path.Combine(_folder, peer.Id)))];
    }

    /// <summary>Where the test changes things.</summary>
    internal JournalMember Writer { get; private set; } = null!;

    /// <summary>Where the test looks at them.</summary>
    internal JournalMember Reader { get; private set; } = null!;

    internal JournalMember Leader { get; private set; } = null!;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_members.Select(member => member.StartAsync()));
        Leader = await Eventually.GetAsync("a leader", () => _members.FirstOrDefault(member => member.IsLeader));
        var others = _members.Where(member => _members.Length == 1 || member != Leader).ToList();
        (Writer, Reader) = (others[0], others[^1]);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
