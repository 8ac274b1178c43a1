using System.CommandLine;
using Orleans.Replication.Cli;

return await new RootCommand("Prepares the data folders of Orleans.Replication.") { new KeygenCommand() }.Parse(args).InvokeAsync();
