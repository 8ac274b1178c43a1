using System.CommandLine;
using Orleans.Replication.Administration.Wire;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members demote</c>: a voter becomes a learner.</summary>
internal sealed class MemberDemoteCommand() : MemberChangeCommand(
    "demote", "Makes a voter a learner: it keeps its copy, and counts for no majority any more. A leader hands over first.", needsAddress: false)
{
    protected override MemberChange ChangeFor(ParseResult arguments) => MemberChange.Demote;

    protected override string Tell(string member, string group, MemberChange change) => $"{member} is a learner of group '{group}'.";
}
