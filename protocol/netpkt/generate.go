package netpkt

//go:generate go run github.com/govirtd/govirtd/xdrgen -package netpkt -out . -prefix virNetMessageNonnull=Message,virNet,vir_net_,vir_ ../x/net.x
