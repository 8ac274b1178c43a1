using KeyValue.Hosting;

return await new SiloCommand(SiloHost.RunAsync).Parse(args).InvokeAsync();
