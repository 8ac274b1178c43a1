using System.Net;
using Orleans.Replication.Raft.Divergence;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>Who differs from whom: a majority is one of all voters, at the same entry, hashed since the same entry.</summary>
public sealed class StateDifferenceTests
{
    private static readonly GroupConfiguration Members = new([Member("a"), Member("b"), Member("c"), new RaftMember("l", new DnsEndPoint("l", 1), RaftMemberRole.Learner)]);

    [Theory]
    [InlineData("a 0 9 1; b 0 9 1; c 0 9 1; l 0 9 1", null)]
    [InlineData("a 0 9 1; b 0 9 1; c 0 9 2", "9: c")]
    [InlineData("a 0 9 1; b 0 9 1; l 0 9 2", "9: l")]
    [InlineData("a 0 9 1; b 0 9 2; c 0 9 3", "9: ")]
    [InlineData("a 0 9 1; b 0 9 2", "9: ")] // Of the third nothing is known: two of three are no majority for either.
    [InlineData("a 0 9 1; b 0 9 2; l 0 9 1", "9: ")] // A learner is no voice.
    [InlineData("a 0 9 1; b 0 8 2; c 0 7 3", null)] // Nobody is where another is.
    [InlineData("a 0 9 1; b 5 9 2; c 5 9 2", null)] // The first has hashed from another entry on.
    [InlineData("a 0 8 7; b 0 8 7; a 0 9 1; b 0 9 1; c 0 8 6; c 0 20 3", "8: c")] // One that has come further still knows where it was.
    [InlineData("a 0 8 1; b 0 8 2; a 0 9 1; b 0 9 1; c 0 9 2", "9: c")] // What is decided goes first.
    [InlineData("a 0 9 1; b 0 9 1; stranger 0 9 2", null)]
    public void The_minority_of_all_voters_differs(string told, string? expected)
    {
        var digests = told.Split("; ").Select(text => text.Split(' ')).GroupBy(words => words[0]).ToDictionary(
            member => member.Key, member => (IReadOnlyList<StateDigest>)[.. member.Select(words => new StateDigest(Number(words[1]), Number(words[2]), (UInt128)Number(words[3])))]);
        var difference = StateDifference.Find(digests, Members);
        Assert.Equal(expected, difference is null ? null : $"{difference.Index}: {string.Join(' ', difference.Differing)}");
    }

    /// <summary>A member that was made whole while nobody looked ends the alarm.</summary>
    [Fact]
    public void A_difference_is_settled_by_equality_at_a_later_entry_of_the_same_hash()
    {
        var difference = StateDifference.Find(Told((0, 9, 1), (0, 9, 2)), Members)!;
        Assert.Null(difference.Agreed);
        Assert.True(difference.IsSettledBy(Told((0, 12, 3), (0, 12, 3))));
        Assert.False(difference.IsSettledBy(Told((0, 12, 3), (0, 12, 4))));
        Assert.False(difference.IsSettledBy(Told((0, 8, 3), (0, 8, 3))));
        Assert.False(difference.IsSettledBy(Told((65_536, 70_000, 3), (65_536, 70_000, 3))));
        Assert.False(difference.IsSettledBy(Told((0, 12, 3))));

        static Dictionary<string, IReadOnlyList<StateDigest>> Told(params (long Since, long Index, long Hash)[] digests) => digests
            .Select((digest, i) => (Member: "abc"[i].ToString(), Digest: new StateDigest(digest.Since, digest.Index, (UInt128)digest.Hash)))
            .ToDictionary(each => each.Member, each => (IReadOnlyList<StateDigest>)[each.Digest]);
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static RaftMember Member(string id) => new(id, new DnsEndPoint(id, 1), RaftMemberRole.Voter);
}
