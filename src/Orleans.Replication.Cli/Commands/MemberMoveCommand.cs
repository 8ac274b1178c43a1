using System.CommandLine;
using Orleans.Replication.Administration.Wire;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members move</c>: a member's new address.</summary>
internal sealed class MemberMoveCommand() : MemberChangeCommand(
    "move", "Says that a member is at another address, with the same identity and data folder. Say it before or after the silo has moved.", needsAddress: true)
{
    protected override MemberChange ChangeFor(ParseResult arguments) => MemberChange.Move;

    protected override string Tell(string member, string group, MemberChange change) => $"The members of group '{group}' look for {member} at its new address.";
}
