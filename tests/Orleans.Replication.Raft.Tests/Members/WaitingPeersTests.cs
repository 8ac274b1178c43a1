using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Who waits to be added, in bounded memory.</summary>
public sealed class WaitingPeersTests
{
    private static readonly GroupConfiguration Members = GroupConfiguration.Of([TestMember.Peer("member")]);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Who_asks_waits_since_it_asked_first_at_the_address_that_it_named_last_until_it_is_a_member()
    {
        var waiting = new WaitingPeers(_time);
        var since = _time.GetUtcNow();
        Assert.True(waiting.Add(TestMember.Peer("later")));
        _time.Advance(WaitingPeers.Patience);
        Assert.True(waiting.Add(TestMember.Peer("a")));
        Assert.True(waiting.Add(TestMember.Peer("later") with { EndPoint = new System.Net.DnsEndPoint("elsewhere", 7) }));
        var listed = waiting.Except(Members);
        Assert.Equal(["later", "a"], listed.Select(peer => peer.Peer.Id));
        Assert.Equal(since, listed[0].Since);
        Assert.Equal(new System.Net.DnsEndPoint("elsewhere", 7), listed[0].Peer.EndPoint);
        Assert.Equal(["a"], waiting.Except(GroupConfiguration.Of([TestMember.Peer("later")])).Select(peer => peer.Peer.Id));
    }

    [Fact]
    public void Who_asks_no_longer_is_forgotten()
    {
        var waiting = new WaitingPeers(_time);
        waiting.Add(TestMember.Peer("stopped"));
        _time.Advance(WaitingPeers.Patience);
        Assert.Single(waiting.Except(Members));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(waiting.Except(Members));
    }

    [Fact]
    public void So_many_wait_and_no_more_and_who_waits_may_ask_again()
    {
        var waiting = new WaitingPeers(_time);
        for (var i = 0; i < WaitingPeers.MaxPeers; i++)
            Assert.True(waiting.Add(TestMember.Peer("peer-" + i)));
        Assert.False(waiting.Add(TestMember.Peer("one-more")));
        Assert.True(waiting.Add(TestMember.Peer("peer-0")));
        Assert.Equal(WaitingPeers.MaxPeers, waiting.Except(Members).Count);
        _time.Advance(WaitingPeers.Patience + TimeSpan.FromMilliseconds(1));
        Assert.True(waiting.Add(TestMember.Peer("one-more")));
        Assert.Single(waiting.Except(Members));
    }
}
