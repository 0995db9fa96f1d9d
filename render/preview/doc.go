// Package preview shows a rendered site on this machine while it is being worked
// on: [Server] serves the folder and makes open pages load again, [Watch] says
// when something that the site is made of has changed. It knows nothing of how a
// site is made.
//
// The files of the site stay as they are. What a preview needs on top, its
// script and the permission to talk to its own server, is put into each page on
// its way out.
package preview
