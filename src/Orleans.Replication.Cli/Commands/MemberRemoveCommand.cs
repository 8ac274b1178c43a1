using System.CommandLine;
using Orleans.Replication.Administration.Wire;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members remove</c>: one member less.</summary>
internal sealed class MemberRemoveCommand() : MemberChangeCommand(
    "remove",
    """
    Removes a member, also one that is down. A leader hands over first. Refused when the voters that remain could not make a majority now: bring one back first.

    The removed silo keeps its data folder, and answers no calls any more: stop it.
    """,
    needsAddress: false)
{
    protected override MemberChange ChangeFor(ParseResult arguments) => MemberChange.Remove;

    protected override string Tell(string member, string group, MemberChange change) => $"{member} is no member of group '{group}'. Its silo can be stopped.";
}
