using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Leases;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Tests.Guards;
using Orleans.Replication.Raft.Tests.Snapshots;
using Orleans.Replication.Raft.Tests.Wire;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>What a leader knows of another member's disk (SAFETY S3): what was acknowledged to it, in its own term.</summary>
public sealed class PeerMemberTests : IAsyncLifetime
{
    private readonly TestNetwork _network = new();
    private readonly SteppedClock _clock = new();
    private readonly SnapshotSource _source = new();
    private ScriptedVoter _peer = null!;
    private RaftChannel _channel = null!;
    private RaftChannel _snapshotChannel = null!;
    private PeerMember _member = null!;

    public ValueTask InitializeAsync()
    {
        _peer = new ScriptedVoter(_network, ScriptedPeer.Id, ScriptedVoter.Accept);
        _channel = new RaftChannel(_network.Dialler("me", "raft"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        _snapshotChannel = new RaftChannel(_network.Dialler("me", "raft"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        var options = new RaftGroupOptions { Voters = [], Tables = [], MaxBatchBytes = 4096, AppendTimeout = TimeSpan.FromMilliseconds(500), SnapshotBytesPerSecond = 64 << 10 };
        _member = new PeerMember(
            ScriptedPeer.Peer, options,
            new SnapshotTransfers(options, _source.Snapshots, ScriptedPeer.Peer, _snapshotChannel, NullLogger.Instance, TimeProvider.System), _channel, _channel, _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _member.CloseAsync();
        await _peer.DisposeAsync();
        _source.Dispose();
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

    /// <summary>SAFETY S9: a lease is counted from before the message, since the member's promise may begin at any time after it.</summary>
    [Fact]
    public async Task What_was_accepted_confirms_the_leader_from_the_moment_before_it_was_sent_in_the_term_in_which_it_was()
    {
        _clock.Stop();
        var sentAt = _clock.GetTimestamp();
        _peer.Become(request =>
        {
            // The small message that a silent member is sent first has nothing before it.
            if (request.Append.PreviousIndex > 0)
                _clock.Step(TimeSpan.FromSeconds(1));
            return ScriptedVoter.Accept(request);
        });
        await AppendAsync(term: 5, previousIndex: 7, bytes: []);
        Assert.Equal(sentAt, _member.ConfirmedIn(5));
        Assert.Equal(LeaderLease.Never, _member.ConfirmedIn(6));
        await AppendAsync(term: 6, previousIndex: 7, bytes: []);
        Assert.Equal(LeaderLease.Never, _member.ConfirmedIn(5));
        Assert.Equal(sentAt + _clock.TimestampFrequency, _member.ConfirmedIn(6));
    }

    [Fact]
    public async Task What_was_refused_confirms_nothing()
    {
        _peer.Become(ScriptedVoter.Lack);
        await AppendAsync(term: 5, previousIndex: 7, bytes: []);
        Assert.Equal(LeaderLease.Never, _member.ConfirmedIn(5));
    }

    /// <summary>What a transfer beside the rounds hears from a member says nothing about who leads now: a read index on it would be stale (SAFETY 6).</summary>
    [Fact]
    public async Task A_round_is_not_acknowledged_by_a_part_of_a_snapshot()
    {
        _source.Grow(1 << 20);
        _peer.Become(request => request.Append is { } append ? new RaftResponse { Term = append.Term, Result = 1 } : ScriptedVoter.LackAllButSnapshots(request));
        Assert.Equal(HeartbeatResult.Rejected, (await InstallAsync(term: 5)).Value);
        await Eventually.TrueAsync("parts of the snapshot", () => _peer.Answers > 3);

        _peer.Become(request => request.Append is null ? ScriptedVoter.LackAllButSnapshots(request) : null);
        await Assert.ThrowsAsync<DotNext.Net.Cluster.MemberUnavailableException>(() => InstallAsync(term: 5));
        var parts = _peer.Answers;
        await Eventually.TrueAsync("more parts of the snapshot", () => _peer.Answers > parts);

        _peer.Become(request => request.Append is null ? ScriptedVoter.LackAllButSnapshots(request) : new RaftResponse { Term = 6 });
        var deposed = await InstallAsync(term: 5);
        Assert.Equal((6, HeartbeatResult.Rejected), (deposed.Term, deposed.Value));
    }

    [Fact]
    public async Task The_engine_hears_once_that_a_member_has_a_snapshot()
    {
        _peer.Become(ScriptedVoter.LackAllButSnapshots);
        var snapshot = _source.Grow(1 << 10);
        Assert.Equal(HeartbeatResult.Rejected, (await InstallAsync(term: 5)).Value);
        await Eventually.TrueAsync("the transfer", () => _member.FlushedIndexIn(5) == snapshot.Index);
        Assert.Equal(HeartbeatResult.Replicated, (await InstallAsync(term: 5)).Value);

        // It was wiped since: it is sent one again.
        Assert.Equal(HeartbeatResult.Rejected, (await InstallAsync(term: 5)).Value);
    }

    private Task<Result<HeartbeatResult>> InstallAsync(long term) => _member.InstallSnapshotAsync(
        term, new InstalledSnapshot(1), _source.Snapshots.Current!.Index, DotNext.IO.IDataTransferObject.Empty, 0, CancellationToken.None);

    private async Task AppendAsync(long term, long previousIndex, int[] bytes)
    {
        List<ReceivedEntry> entries = [.. bytes.Select(count => new ReceivedEntry(term, new byte[count]))];
        await _member.AppendEntriesAsync<ReceivedEntry, List<ReceivedEntry>>(term, entries, previousIndex, term, 0, CancellationToken.None);
    }
}
