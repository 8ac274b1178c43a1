using System.CommandLine;
using Orleans.Replication.Administration.Wire;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members add</c>: one more member.</summary>
internal sealed class MemberAddCommand : MemberChangeCommand
{
    private readonly Option<bool> _learner = new("--learner") { Description = "It stays a learner: it has a copy, and counts for no majority. Default: it becomes a voter when it has caught up." };

    public MemberAddCommand() : base(
        "add",
        """
        Adds a silo to a group. It is started first, with some of the members as its JoinAddresses, and waits for this.

        As a learner it catches up first, which does not hold up the group, and then becomes a voter. With much to catch up give it time (--timeout). When the time is over, the exit
        code is 4 and the silo goes on catching up: the same command again goes on from there.
        """,
        needsAddress: true) => Options.Add(_learner);

    protected override MemberChange ChangeFor(ParseResult arguments) => arguments.GetValue(_learner) ? MemberChange.AddLearner : MemberChange.AddVoter;

    protected override string Tell(string member, string group, MemberChange change) => change == MemberChange.AddLearner
        ? $"{member} is a learner of group '{group}'. 'members promote' makes it a voter when it has caught up."
        : $"{member} is a voter of group '{group}'.";
}
