using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>SAFETY S14: what arrives on a connection that a newer one has superseded is too late.</summary>
public sealed class CurrentSessionsTests
{
    private readonly CurrentSessions _sessions = new();

    [Fact]
    public void A_newer_connection_takes_the_place_of_an_older_and_ends_it()
    {
        var (older, newer) = (new Connection(), new Connection());
        Assert.True(_sessions.TryEnter(Of(1), older));
        Assert.True(_sessions.IsCurrent(Of(1)));
        Assert.True(_sessions.TryEnter(Of(2), newer));
        Assert.False(_sessions.IsCurrent(Of(1)));
        Assert.True(_sessions.IsCurrent(Of(2)));
        Assert.True(older.IsAborted);
        Assert.False(newer.IsAborted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_late_connection_that_is_older_or_the_same_is_dropped(ulong late)
    {
        var current = new Connection();
        Assert.True(_sessions.TryEnter(Of(2), current));
        Assert.False(_sessions.TryEnter(Of(late), new Connection()));
        Assert.True(_sessions.IsCurrent(Of(2)));
        Assert.False(current.IsAborted);
    }

    [Fact]
    public void A_lower_number_is_let_in_again_after_the_newer_connection_has_ended()
    {
        var newer = new Connection();
        Assert.True(_sessions.TryEnter(Of(2), newer));
        _sessions.Leave(Of(2), newer);
        Assert.False(_sessions.IsCurrent(Of(2)));
        Assert.True(_sessions.TryEnter(Of(1), new Connection()));
    }

    [Fact]
    public void The_end_of_a_superseded_connection_does_not_end_its_successor()
    {
        var (older, newer) = (new Connection(), new Connection());
        Assert.True(_sessions.TryEnter(Of(1), older));
        Assert.True(_sessions.TryEnter(Of(2), newer));
        _sessions.Leave(Of(1), older);
        Assert.True(_sessions.IsCurrent(Of(2)));
    }

    [Fact]
    public void Senders_groups_and_purposes_do_not_disturb_one_another()
    {
        Assert.True(_sessions.TryEnter(Of(5), new Connection()));
        Assert.True(_sessions.TryEnter(Of(1, sender: "other"), new Connection()));
        Assert.True(_sessions.TryEnter(Of(1, group: "other"), new Connection()));
        Assert.True(_sessions.TryEnter(Of(1, purpose: Purpose.Election), new Connection()));
        Assert.True(_sessions.IsCurrent(Of(5)));
    }

    [Fact]
    public void Numbers_for_connections_rise()
    {
        var numbers = Enumerable.Range(0, 100).Select(_ => SessionNumbers.Next()).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    private static Hello Of(ulong session, string sender = "peer", string group = "default", Purpose purpose = Purpose.Replication) =>
        new() { Version = WireVersion.Current, Cluster = "test", Group = group, Sender = sender, Purpose = purpose, Session = session };

    private sealed class Connection : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
