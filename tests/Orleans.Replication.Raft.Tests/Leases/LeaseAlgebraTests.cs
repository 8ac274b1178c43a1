using CsCheck;
using DotNext.Net.Cluster.Consensus.Raft;
using Orleans.Replication.Raft.Engine.Leases;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Leases;

/// <summary>What a leader takes for granted, and what a voter has promised, on two clocks that run apart.</summary>
public sealed class LeaseAlgebraTests
{
    private static readonly Gen<(double Drift, int ElectionMs, double ReceivedAfterMs, double AtMs)> Situations = Gen.Select(
        Gen.Double[0, 1], Gen.Int[50, 2000], Gen.Double[0, 3000], Gen.Double[0, 6000]);

    [Fact]
    public void While_a_leader_has_its_lease_the_voter_keeps_its_promise_however_their_clocks_run_apart_within_the_bound() =>
        Situations.Sample(situation =>
        {
            var both = new Pair(situation.Drift, situation.ElectionMs, rate: 1 + situation.Drift);
            both.Send(situation.ReceivedAfterMs);
            both.GoOn(situation.AtMs);
            Assert.True(!both.LeaderIsSure || both.VoterIsBound);
        });

    [Fact]
    public void A_voter_whose_clock_is_faster_than_the_bound_is_free_while_the_leader_is_sure()
    {
        var both = new Pair(drift: 0.2, electionMs: 300, rate: 1.3);
        both.Send(receivedAfterMs: 0);
        both.GoOn(240);
        Assert.True(both.LeaderIsSure);
        Assert.False(both.VoterIsBound);
    }

    [Fact]
    public void A_lease_needs_a_majority_and_counts_its_oldest_answer()
    {
        var clock = new SteppedClock();
        clock.Stop();
        var lease = new LeaderLease(Options(0.2, 300), clock);
        var old = lease.Now;
        clock.Step(lease.Length - TimeSpan.FromMilliseconds(1));
        Assert.True(lease.IsHeld([lease.Now]));
        Assert.True(lease.IsHeld([lease.Now, old, LeaderLease.Never]));
        Assert.False(lease.IsHeld([lease.Now, LeaderLease.Never, LeaderLease.Never]));
        Assert.False(lease.IsHeld([lease.Now, old, LeaderLease.Never, LeaderLease.Never, LeaderLease.Never]));
        clock.Step(TimeSpan.FromMilliseconds(1));
        Assert.False(lease.IsHeld([lease.Now, old, LeaderLease.Never]));
        Assert.True(lease.IsHeld([lease.Now, old, lease.Now]));
    }

    [Fact]
    public void A_lease_that_begins_in_the_future_is_none()
    {
        var clock = new SteppedClock();
        clock.Stop();
        var lease = new LeaderLease(Options(0.2, 300), clock);
        var now = lease.Now;
        clock.Step(TimeSpan.FromSeconds(-1));
        Assert.False(lease.Covers(now));
    }

    [Fact]
    public async Task A_vote_that_meets_a_message_of_the_leader_does_not_leave_the_member()
    {
        var clock = new SteppedClock();
        clock.Stop();
        var promise = new VotePromise(Options(0.2, 300), clock);
        var asked = 0;
        Assert.False((await promise.VoteAsync(1, Grant)).Value);
        Assert.Equal(0, asked);
        clock.Step(TimeSpan.FromMilliseconds(300));
        Assert.True((await promise.VoteAsync(1, Grant)).Value);
        var met = await promise.VoteAsync(1, () =>
        {
            promise.Renew();
            return Grant();
        });
        Assert.False(met.Value);

        ValueTask<Result<bool>> Grant()
        {
            asked++;
            return new(new Result<bool> { Term = 1, Value = true });
        }
    }

    [Fact]
    public void The_clock_of_leases_goes_on_and_counts_in_seconds()
    {
        var clock = LeaseClock.Of(TimeProvider.System);
        Assert.Equal(OperatingSystem.IsLinux(), clock is LeaseClock);
        var (before, other) = (clock.GetTimestamp(), TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(other) < TimeSpan.FromMilliseconds(20))
            Assert.True(clock.GetElapsedTime(before) >= TimeSpan.Zero);
        Assert.True(clock.GetElapsedTime(before) >= TimeSpan.FromMilliseconds(20));
        var own = new SteppedClock();
        Assert.Same(own, LeaseClock.Of(own));
    }

    private static RaftGroupOptions Options(double drift, int electionMs) => new()
    {
        Voters = [],
        Tables = [],
        MaxClockDrift = drift,
        MinElectionTimeout = TimeSpan.FromMilliseconds(electionMs),
    };

    /// <summary>A leader and a voter, whose clock goes on <paramref name="rate"/> times as fast.</summary>
    private sealed class Pair
    {
        private readonly SteppedClock _leaders = new();
        private readonly SteppedClock _voters = new();
        private readonly LeaderLease _lease;
        private readonly VotePromise _promise;
        private readonly double _rate;
        private long _sentAt = LeaderLease.Never;

        public Pair(double drift, int electionMs, double rate)
        {
            _leaders.Stop();
            _voters.Stop();
            _rate = rate;
            _lease = new LeaderLease(Options(drift, electionMs), _leaders);
            _promise = new VotePromise(Options(drift, electionMs), _voters);
        }

        public bool LeaderIsSure => _lease.Covers(_sentAt);

        public bool VoterIsBound => _promise.Binds;

        public void Send(double receivedAfterMs)
        {
            _sentAt = _lease.Now;
            GoOn(receivedAfterMs);
            _promise.Renew();
        }

        public void GoOn(double ms)
        {
            _leaders.Step(TimeSpan.FromMilliseconds(ms));
            _voters.Step(TimeSpan.FromMilliseconds(ms) * _rate);
        }
    }
}
