using CsCheck;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>What a group changes about its members by itself: pure decisions, in a world that is made up.</summary>
public sealed class MembershipPolicyTests
{
    /// <summary>More than the members that there are, each changed a few times.</summary>
    private const int MaxSteps = 100;

    private static readonly Gen<World> Worlds = Gen.Select(
        Gen.Select(Gen.Int[0, 2].Array[0, 6], Gen.Bool.Array[0, 5], Gen.Int[0, 20]), Gen.Bool, Gen.Bool, Gen.Int[0, 2].Select(i => (2 * i) + 1),
        (members, autoAdmit, replaceDead, maxVoters) => World.Of(members.Item1, members.Item2, members.Item3, autoAdmit, replaceDead, maxVoters));

    [Fact]
    public void No_change_leaves_less_than_a_majority_alive_or_lets_the_group_survive_fewer_losses() => Worlds.Sample(world =>
    {
        for (var i = 0; i < MaxSteps && MembershipPolicy.Decide(world.Facts) is { } step; i++)
        {
            var (before, voters) = (world.Spare, world.Facts.Voters.Count);
            if (before < 0)
                return false;
            world.Make(step);
            if (world.Spare < before || Math.Abs(world.Facts.Voters.Count - voters) > 1)
                return false;
        }

        return true;
    });

    [Fact]
    public void The_changes_come_to_an_end_and_what_could_be_repaired_is() => Worlds.Sample(world =>
    {
        var most = Math.Max(world.Facts.Voters.Count, world.Facts.MaxVoters);
        var wasLed = world.Spare >= 0;
        var steps = 0;
        while (MembershipPolicy.Decide(world.Facts) is { } step)
        {
            world.Make(step);
            if (++steps > MaxSteps)
                return false;
        }

        var facts = world.Facts;
        if (!wasLed)
            return steps == 0;
        var isReady = facts.Learners.Any(learner => learner.IsReady);
        var isDead = facts.Voters.Any(voter => voter.IsDead);
        return facts.Voters.Count <= most
            && !(facts.ReplaceDeadVoters && isDead && (isReady || facts.Voters.Count % 2 == 0))
            && !(facts.AutoAdmit && isReady && facts.Voters.Count < facts.MaxVoters)
            && !(facts.AutoAdmit && facts.Waiting.Count > 0 && facts.Voters.Count + facts.Learners.Count < MembershipPolicy.MaxMembers);
    });

    [Fact]
    public void Nothing_happens_that_is_not_switched_on() => Worlds.Sample(world =>
        MembershipPolicy.Decide(world.Facts with { AutoAdmit = false, ReplaceDeadVoters = false }) is null
        && MembershipPolicy.Decide(world.Facts with { AutoAdmit = false }) is null or { Change: MemberChange.Promote or MemberChange.Demote }
        && MembershipPolicy.Decide(world.Facts with { ReplaceDeadVoters = false }) is null or { Change: MemberChange.Promote or MemberChange.AddLearner });

    [Fact]
    public void A_dead_voter_of_three_is_replaced_in_two_changes_the_learner_first()
    {
        var world = World.Of([2, 0], [true], waiting: 0, autoAdmit: false, replaceDead: true, maxVoters: 3);
        Assert.Equal(new MembershipStep(MemberChange.Promote, "learner-0"), MembershipPolicy.Decide(world.Facts));
        world.Make(MembershipPolicy.Decide(world.Facts)!.Value);
        Assert.Equal(new MembershipStep(MemberChange.Demote, "voter-0"), MembershipPolicy.Decide(world.Facts));
        world.Make(MembershipPolicy.Decide(world.Facts)!.Value);
        Assert.Null(MembershipPolicy.Decide(world.Facts));
    }

    [Fact]
    public void Without_a_learner_that_has_caught_up_a_dead_voter_of_three_stays() =>
        Assert.Null(MembershipPolicy.Decide(World.Of([2, 0], [false], waiting: 0, autoAdmit: false, replaceDead: true, maxVoters: 3).Facts));

    [Fact]
    public void A_voter_that_is_only_silent_stays() =>
        Assert.Null(MembershipPolicy.Decide(World.Of([1, 0], [true], waiting: 0, autoAdmit: false, replaceDead: true, maxVoters: 3).Facts));

    /// <summary>Members whose liveness does not change, but for those that are added, which catch up at once.</summary>
    private sealed class World
    {
        private readonly List<VoterFact> _voters;
        private readonly List<LearnerFact> _learners;
        private readonly List<string> _waiting;
        private readonly MembershipFacts _switches;

        private World(List<VoterFact> voters, List<LearnerFact> learners, List<string> waiting, MembershipFacts switches) =>
            (_voters, _learners, _waiting, _switches) = (voters, learners, waiting, switches);

        public MembershipFacts Facts => _switches with { Voters = [.. _voters], Learners = [.. _learners], Waiting = [.. _waiting] };

        /// <summary>How many voters may be lost next without a halt; negative: it has halted.</summary>
        public int Spare => _voters.Count(voter => voter.IsAlive) - ((_voters.Count / 2) + 1);

        /// <param name="others">The voters beside the leader: 0 for one that is alive, 1 for one that is silent, 2 for one that is dead.</param>
        /// <param name="learners">The learners, and whether they are ready.</param>
        public static World Of(int[] others, bool[] learners, int waiting, bool autoAdmit, bool replaceDead, int maxVoters) => new(
            [.. others.Select((state, i) => new VoterFact("voter-" + i, state == 0, state == 2)), new VoterFact("leader", IsAlive: true, IsDead: false)],
            [.. learners.Select((isReady, i) => new LearnerFact("learner-" + i, isReady))],
            [.. Enumerable.Range(0, waiting).Select(i => "waiting-" + i)],
            new MembershipFacts { Voters = [], Learners = [], AutoAdmit = autoAdmit, ReplaceDeadVoters = replaceDead, MaxVoters = maxVoters });

        public void Make(MembershipStep step)
        {
            switch (step.Change)
            {
                case MemberChange.AddLearner:
                    _waiting.RemoveAll(id => id == step.Id);
                    _learners.Add(new LearnerFact(step.Id, IsReady: true));
                    break;
                case MemberChange.Promote:
                    Assert.True(_learners.Single(learner => learner.Id == step.Id).IsReady);
                    _learners.RemoveAll(learner => learner.Id == step.Id);
                    _voters.Add(new VoterFact(step.Id, IsAlive: true, IsDead: false));
                    break;
                case MemberChange.Demote:
                    Assert.True(_voters.Single(voter => voter.Id == step.Id).IsDead);
                    _voters.RemoveAll(voter => voter.Id == step.Id);
                    _learners.Add(new LearnerFact(step.Id, IsReady: false));
                    break;
                default:
                    Assert.Fail($"{step} was not to be expected.");
                    break;
            }
        }
    }
}
