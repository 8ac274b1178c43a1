using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members</c>: who belongs to a group, and the changes of that.</summary>
internal sealed class MembersCommand : RemoteCommand
{
    public MembersCommand() : base("members", "Lists the members of a group, as a silo knows them, or changes them: one at a time, while the group serves. Any silo of the group can be asked.")
    {
        foreach (var change in (Command[])[new MemberAddCommand(), new MemberPromoteCommand(), new MemberDemoteCommand(), new MemberRemoveCommand(), new MemberMoveCommand()])
            Subcommands.Add(change);
    }

    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var request = RequestFor(arguments);
        request.Status = new StatusRequest();
        var group = (await client.AskAsync(request, cancellationToken).ConfigureAwait(false)).Status.Groups.Single();
        report.Write(
            group.Members.Select(member => new { member.PeerId, member.Role, Leads = member.PeerId == group.Leader, Addresses = member.Addresses.ToArray() }),
            people => people.Table(
                ["peer id", "role", "addresses"],
                group.Members.Select(member => (string[])[
                    member.PeerId, member.PeerId == group.Leader ? $"{member.Role}, leads" : member.Role, string.Join(Environment.NewLine, member.Addresses)])));
        return ExitCodes.Done;
    }
}
