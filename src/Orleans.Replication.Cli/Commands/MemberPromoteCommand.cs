using System.CommandLine;
using Orleans.Replication.Administration.Wire;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members promote</c>: a learner becomes a voter.</summary>
internal sealed class MemberPromoteCommand() : MemberChangeCommand("promote", "Makes a learner a voter. Refused while it has not caught up: then try again.", needsAddress: false)
{
    protected override MemberChange ChangeFor(ParseResult arguments) => MemberChange.Promote;

    protected override string Tell(string member, string group, MemberChange change) => $"{member} is a voter of group '{group}'.";
}
