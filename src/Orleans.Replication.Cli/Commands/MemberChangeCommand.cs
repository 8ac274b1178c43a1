using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>members add|promote|demote|remove|move</c>: one change of a group's members. Safe to repeat: what is so already is left alone.</summary>
internal abstract class MemberChangeCommand : RemoteCommand
{
    private readonly Argument<string> _member;

    protected MemberChangeCommand(string name, string description, bool needsAddress) : base(name, description)
    {
        _member = new Argument<string>(needsAddress ? "ADDRESS" : "PEERID")
        {
            Description = needsAddress ? "The silo's address with its peer id, for example /ip4/10.0.0.4/tcp/4001/p2p/12D3KooW…." : "The member's peer id; 'members' lists them.",
        };
        _member.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            if (needsAddress && !(Multiaddr.TryParse(text, null, out var address) && address.PeerId is not null))
                result.AddError($"'{text}' is no address of a silo. Write it like /ip4/10.0.0.4/tcp/4001/p2p/12D3KooW…: the peer id says who has to answer there.");
            else if (!needsAddress && !PeerId.TryParse(text, null, out _))
                result.AddError($"'{text}' is no peer id. It looks like 12D3KooW…; 'members' lists those of the group.");
        });
        Arguments.Add(_member);
    }

    /// <summary>What is asked for.</summary>
    protected abstract MemberChange ChangeFor(ParseResult arguments);

    /// <summary>What is so now, for people.</summary>
    protected abstract string Tell(string member, string group, MemberChange change);

    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var request = RequestFor(arguments);
        var change = ChangeFor(arguments);
        var member = arguments.GetRequiredValue(_member);

        // The silo gives up first, and says how far it is.
        request.Member = new MemberRequest { Change = change, Member = member, PatienceMilliseconds = (uint)(client.Timeout.TotalMilliseconds * 3 / 4) };
        await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        var peerId = Multiaddr.TryParse(member, null, out var address) && address.PeerId is { } id ? id.ToString() : member;
        report.Write(new { request.Group, PeerId = peerId, Change = change }, people => people.Line(Tell(peerId, request.Group, change)));
        return ExitCodes.Done;
    }
}
