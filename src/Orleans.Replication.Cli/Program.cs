using System.CommandLine;
using Orleans.Replication.Cli.Commands;
using Orleans.Replication.Cli.Output;

var root = new RootCommand(
    """
    Operates the replication groups of Orleans.Replication.

    Running silos are asked over the network (--at): status, members and their changes, transfer, snapshot, backup.
    Files are looked at and made where they are, while their silo is stopped: keygen, verify, restore, log dump, recover.

    Exit codes: 0 done; 1 not done, and the message says why; 2 wrong arguments; 3 verify found damage; 4 the silo cannot be reached or cannot do it now: try again.
    """)
{
    new KeygenCommand(),
    new StatusCommand(),
    new MembersCommand(),
    new TransferCommand(),
    new SnapshotCommand(),
    new BackupCommand(),
    new VerifyCommand(),
    new RestoreCommand(),
    new LogCommand(),
    new RecoverCommand(),
};
var arguments = root.Parse(args);
var code = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? ExitCodes.WrongArguments : code;
