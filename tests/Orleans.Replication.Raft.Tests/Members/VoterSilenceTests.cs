using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Raft.Membership;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>How long a voter has been silent, as far as its leader can know.</summary>
public sealed class VoterSilenceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly string[] Voters = ["a", "b"];
    private readonly FakeTimeProvider _time = new();
    private readonly VoterSilence _silence;

    public VoterSilenceTests() => _silence = new VoterSilence(2 * Second, _time);

    [Fact]
    public void Silence_adds_up_and_ends_with_an_answer()
    {
        Look("a");
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Second);
            Look("a");
        }

        Assert.Equal((TimeSpan.Zero, 5 * Second), (_silence.Of("a"), _silence.Of("b")));
        _time.Advance(Second);
        Look("b");
        Assert.Equal((Second, TimeSpan.Zero), (_silence.Of("a"), _silence.Of("b")));
    }

    /// <summary>A leader whose process is stopped hears from nobody, and would call all of them dead when it goes on.</summary>
    [Fact]
    public void Time_in_which_the_leader_did_not_look_hardly_counts()
    {
        Look("a", "b");
        _time.Advance(TimeSpan.FromHours(1));
        Look();
        Assert.Equal((2 * Second, 2 * Second), (_silence.Of("a"), _silence.Of("b")));
    }

    [Fact]
    public void A_voter_that_is_new_and_a_leader_that_is_new_begin_with_none()
    {
        Look();
        _time.Advance(Second);
        Look();
        Assert.Equal(Second, _silence.Of("b"));
        _silence.Look(["a"], _ => false);
        Look();
        Assert.Equal(TimeSpan.Zero, _silence.Of("b"));
        _silence.Clear();
        _time.Advance(Second);
        Look();
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (_silence.Of("a"), _silence.Of("b")));
    }

    private void Look(params string[] answered) => _silence.Look(Voters, answered.Contains);
}
