using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>transfer</c>: hands leadership over.</summary>
internal sealed class TransferCommand : RemoteCommand
{
    private readonly Option<string?> _to = new("--to") { Description = "The peer id of the voter that is to lead; it has to be up to date. Default: whichever wins the election.", HelpName = "PEERID" };

    public TransferCommand() : base("transfer", "Hands the leadership of a group over, for example before the leading silo's machine is taken down. Any silo of the group can be asked.") =>
        Options.Add(_to);

    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var request = RequestFor(arguments);
        request.Transfer = new TransferRequest { To = arguments.GetValue(_to) ?? string.Empty };
        await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        report.Write(new { request.Group, To = arguments.GetValue(_to) }, people => people.Line("The leader has stepped down; 'status' shows who follows."));
        return ExitCodes.Done;
    }
}
