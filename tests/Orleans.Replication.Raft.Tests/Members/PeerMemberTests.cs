using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Tests.Guards;
using Orleans.Replication.Raft.Tests.Wire;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>What a leader knows of another member's disk (SAFETY S3): what was acknowledged to it, in its own term.</summary>
public sealed class PeerMemberTests : IAsyncLifetime
{
    private readonly TestNetwork _network = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-member-").FullName;
    private ScriptedVoter _peer = null!;
    private RaftChannel _channel = null!;
    private PeerMember _member = null!;

    public ValueTask InitializeAsync()
    {
        _peer = new ScriptedVoter(_network, ScriptedPeer.Id, ScriptedVoter.Accept);
        _channel = new RaftChannel(_network.Dialler("me", "raft"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        var options = new RaftGroupOptions { Voters = [], Tables = [], MaxBatchBytes = 4096, AppendTimeout = TimeSpan.FromMilliseconds(500) };
        _member = new PeerMember(
            ScriptedPeer.Peer, options,
            new SnapshotTransfers(options, new SnapshotStore(_folder, "default"), ScriptedPeer.Peer, _channel, NullLogger.Instance, TimeProvider.System), _channel, _channel);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _peer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_was_acknowledged_counts_in_the_term_in_which_it_was()
    {
        await AppendAsync(term: 5, previousIndex: 7, bytes: [10, 10, 10]);
        Assert.Equal(10, _member.FlushedIndexIn(5));
        Assert.Equal(0, _member.FlushedIndexIn(6));
        await AppendAsync(term: 6, previousIndex: 9, bytes: []);
        Assert.Equal(9, _member.FlushedIndexIn(6));
    }

    [Fact]
    public async Task A_member_that_lacks_what_it_had_acknowledged_is_believed()
    {
        await AppendAsync(term: 5, previousIndex: 7, bytes: [10, 10, 10]);
        _peer.Become(ScriptedVoter.Lack);
        await AppendAsync(term: 5, previousIndex: 10, bytes: []);
        Assert.Equal(9, _member.FlushedIndexIn(5));
        await AppendAsync(term: 5, previousIndex: 3, bytes: []);
        Assert.Equal(2, _member.FlushedIndexIn(5));
    }

    [Fact]
    public async Task Of_several_messages_those_that_were_acknowledged_count()
    {
        _peer.Become(request => request.Append.PreviousIndex < 9 ? ScriptedVoter.Accept(request) : null);
        await Assert.ThrowsAsync<DotNext.Net.Cluster.MemberUnavailableException>(() => AppendAsync(term: 5, previousIndex: 7, bytes: [4000, 4000, 4000]));
        Assert.Equal(9, _member.FlushedIndexIn(5));
    }

    private async Task AppendAsync(long term, long previousIndex, int[] bytes)
    {
        List<ReceivedEntry> entries = [.. bytes.Select(count => new ReceivedEntry(term, new byte[count]))];
        await _member.AppendEntriesAsync<ReceivedEntry, List<ReceivedEntry>>(term, entries, previousIndex, term, 0, CancellationToken.None);
    }
}
